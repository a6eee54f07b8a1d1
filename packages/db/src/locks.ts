import type { ChatId } from '@deskbell/contract/ids'
import { asc, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { numberArray } from './array-text.ts'
import { preparedOnce } from './prepared.ts'
import { chats } from './schema/chats.ts'
import { deployment } from './schema/deployment.ts'
import { messages } from './schema/messages.ts'
import type { Executor, Tx } from './transaction.ts'

/*
 * The row locks of the product. Two others exist: `queries/messages/lone-send.ts` locks one chat without waiting, and
 * the start locks users and chats while it merges users (`normal-users.ts`, `merge-users.ts` in `migration/`).
 *
 * The row of a chat is the lock of the chat. Its log, its status and its operator change only under this lock, and the
 * order in which transactions get the lock is the order of the log. Read what a decision depends on in a statement
 * after the lock: that statement sees what other transactions committed during the wait.
 *
 * Order: lock clients before their chats, a chat before its messages, and several of one kind by rising id.
 * Strength: `for update`. It also blocks inserts that refer to the chat by a foreign key. So tables that are written
 * without the lock have no foreign key to `chats`.
 */

/** The columns of a chat that a change reads under the lock. */
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
 * Locks chats until the transaction ends, and waits for locks that others hold. It locks by rising id, so two callers
 * never deadlock. Chats that do not exist are not in the result.
 */
export function lockChats(tx: Tx, chatIds: readonly ChatId[]): Promise<LockedChat[]> {
  return lockAll(tx).execute({ chatIds: numberArray(chatIds) })
}

/** Does the same without waiting. Chats that another transaction has locked are not in the result either. */
export function lockFreeChats(tx: Tx, chatIds: readonly ChatId[]): Promise<LockedChat[]> {
  return lockFree(tx).execute({ chatIds: numberArray(chatIds) })
}

/** Sets how long this transaction waits for a lock, in milliseconds. On `pipelined` connections the default is low. */
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

/** Builds a subquery that locks messages by rising id until the transaction ends. */
export function lockedMessages(executor: Executor, where: SQL | undefined, limit: number | Placeholder) {
  return executor
    .select({ id: messages.id })
    .from(messages)
    .where(where)
    .orderBy(asc(messages.id))
    .limit(limit)
    .for('update')
}

/** Locks the row of the deployment until the transaction ends: of several that set the server up, one does. */
export async function lockDeployment(tx: Tx): Promise<void> {
  await tx.select({ id: deployment.id }).from(deployment).for('update')
}
