import type { ChatId } from '@deskbell/contract/ids'
import { asc, eq, type SQL, sql } from 'drizzle-orm'
import { numberArray } from './array-text.ts'
import { lockTimeoutMs } from './database.ts'
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

export type LockedChat = typeof chats.$inferSelect

/** Waits for the chat's lock and keeps it until the transaction ends. Undefined when there is no such chat. */
export async function lockChat(tx: Tx, chatId: ChatId): Promise<LockedChat | undefined> {
  const [chat] = await lockOne(tx).execute({ chatId })
  return chat
}

const lockOne = preparedOnce((executor) =>
  executor
    .select()
    .from(chats)
    .where(eq(chats.id, sql.placeholder('chatId')))
    .for('update')
    .prepare('chat_lock'),
)

/** What a send needs of its chat. */
export type SendChat = Pick<
  LockedChat,
  | 'id'
  | 'userId'
  | 'operatorId'
  | 'status'
  | 'lastSeq'
  | 'rev'
  | 'inCount'
  | 'outCount'
  | 'lastEntryAt'
  | 'waitingSince'
>

/** Locks several chats, lowest id first, so that two callers never wait for each other in a ring. Missing ones are left out. */
export function lockChats(tx: Tx, chatIds: readonly ChatId[]): Promise<SendChat[]> {
  return lockAll(tx).execute({ chatIds: numberArray(chatIds) })
}

/** The same without waiting: also the chats that somebody else has locked are left out. */
export function lockFreeChats(tx: Tx, chatIds: readonly ChatId[]): Promise<SendChat[]> {
  return lockFree(tx).execute({ chatIds: numberArray(chatIds) })
}

/** Lets this transaction wait for locks as long as any other; connections of the lanes are impatient. */
export async function waitForLocks(tx: Tx): Promise<void> {
  await tx.execute(sql.raw(`set local lock_timeout = ${lockTimeoutMs}`))
}

const lockAll = preparedOnce((executor) => selectForSend(executor).for('update').prepare('chats_lock'))
const lockFree = preparedOnce((executor) =>
  selectForSend(executor).for('update', { skipLocked: true }).prepare('chats_lock_free'),
)

function selectForSend(executor: Executor) {
  return executor
    .select({
      id: chats.id,
      userId: chats.userId,
      operatorId: chats.operatorId,
      status: chats.status,
      lastSeq: chats.lastSeq,
      rev: chats.rev,
      inCount: chats.inCount,
      outCount: chats.outCount,
      lastEntryAt: chats.lastEntryAt,
      waitingSince: chats.waitingSince,
    })
    .from(chats)
    .where(sql`${chats.id} = any(${sql.placeholder('chatIds')}::bigint[])`)
    .orderBy(asc(chats.id))
}

/** A subquery that locks messages, lowest id first, until the end of its statement or transaction. */
export function lockedMessages(executor: Executor, where: SQL | undefined, limit: number) {
  return executor
    .select({ id: messages.id })
    .from(messages)
    .where(where)
    .orderBy(asc(messages.id))
    .limit(limit)
    .for('update')
}
