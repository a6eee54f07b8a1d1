import type { ChatId } from '@deskbell/contract/ids'
import { asc, eq, inArray, type SQL } from 'drizzle-orm'
import { chats } from './schema/chats.ts'
import { messages } from './schema/messages.ts'
import type { Executor, Tx } from './transaction.ts'

/*
 * Every row lock of the product is taken here.
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
  const [chat] = await tx.select().from(chats).where(eq(chats.id, chatId)).for('update').prepare('chat_lock').execute()
  return chat
}

/** Locks several chats, lowest id first, so that two callers never wait for each other in a ring. */
export function lockChats(tx: Tx, chatIds: readonly ChatId[]): Promise<LockedChat[]> {
  return tx
    .select()
    .from(chats)
    .where(inArray(chats.id, [...chatIds]))
    .orderBy(asc(chats.id))
    .for('update')
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
