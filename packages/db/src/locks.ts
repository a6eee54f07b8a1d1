import type { ChatId } from '@deskbell/contract/ids'
import { asc, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { numberArray } from './array-text.ts'
import { preparedOnce } from './prepared.ts'
import { chats } from './schema/chats.ts'
import { messages } from './schema/messages.ts'
import type { Executor, Tx } from './transaction.ts'

/*
 * Every row lock of the product is taken here, but for those of the start that merges users (`merge-users.ts`).
 *
 * The row of a chat is the lock of the chat: its log, its status and its operator change only under it.
 * The order in which transactions get it is the order of the log. Holding it, read anew what you decide on:
 * each statement sees what was committed while you waited.
 *
 * Order: the chat before its messages, never the other way; several chats in rising order of id.
 * Strength: `for update`. It also holds back inserts that refer to the chat by a foreign key,
 * so tables that are written outside the lock have none.
 */

/** What a change of a chat needs to know of it. */
export type LockedChat = Pick<
  typeof chats.$inferSelect,
  | 'id'
  | 'userId'
  | 'operatorId'
  | 'status'
  | 'closedAt'
  | 'lastSeq'
  | 'rev'
  | 'inCount'
  | 'outCount'
  | 'lastEntryAt'
  | 'waitingSince'
  | 'wavedOffSeq'
>

/**
 * Waits for the locks of chats, lowest id first, so that two callers never deadlock, and keeps them until the transaction
 * ends. Missing chats are left out.
 */
export function lockChats(tx: Tx, chatIds: readonly ChatId[]): Promise<LockedChat[]> {
  return lockAll(tx).execute({ chatIds: numberArray(chatIds) })
}

/** The same without waiting: chats that another transaction has locked are left out too. */
export function lockFreeChats(tx: Tx, chatIds: readonly ChatId[]): Promise<LockedChat[]> {
  return lockFree(tx).execute({ chatIds: numberArray(chatIds) })
}

/** Lets this transaction wait so many milliseconds for a lock; connections of the chat writer have a short time limit. */
export async function setLockTimeout(tx: Tx, ms: number): Promise<void> {
  await tx.execute(sql.raw(`set local lock_timeout = ${Math.max(1, Math.round(ms))}`))
}

const lockAll = preparedOnce((executor) => selectForChange(executor).for('update').prepare('chats_lock'))
const lockFree = preparedOnce((executor) =>
  selectForChange(executor).for('update', { skipLocked: true }).prepare('chats_lock_free'),
)

function selectForChange(executor: Executor) {
  return executor
    .select({
      id: chats.id,
      userId: chats.userId,
      operatorId: chats.operatorId,
      status: chats.status,
      closedAt: chats.closedAt,
      lastSeq: chats.lastSeq,
      rev: chats.rev,
      inCount: chats.inCount,
      outCount: chats.outCount,
      lastEntryAt: chats.lastEntryAt,
      waitingSince: chats.waitingSince,
      wavedOffSeq: chats.wavedOffSeq,
    })
    .from(chats)
    .where(sql`${chats.id} = any(${sql.placeholder('chatIds')}::bigint[])`)
    .orderBy(asc(chats.id))
}

/** A subquery that locks messages, lowest id first, until the end of its statement or transaction. */
export function lockedMessages(executor: Executor, where: SQL | undefined, limit: number | Placeholder) {
  return executor
    .select({ id: messages.id })
    .from(messages)
    .where(where)
    .orderBy(asc(messages.id))
    .limit(limit)
    .for('update')
}
