import type { ChatStatus } from '@deskbell/contract/chats'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { eq, sql } from 'drizzle-orm'
import { chatEvents } from '../schema/chat-events.ts'
import { chats } from '../schema/chats.ts'
import type { Tx } from '../transaction.ts'
import { feedRow } from './feed.ts'

export type NewChatEvent = {
  chatId: ChatId
  seq: number
  kind: string
  actorId: UserId | null
  data: Record<string, unknown> | null
  createdAt: Date
}
/** The columns of a chat that its events change. */
export type ChatState = {
  status: ChatStatus
  operatorId: UserId | null
  closedAt: Date | null
  waitingSince: Date | null
}

/** The database's time. A statement of its own after `lockChat`: a time read with the lock is the time before the wait. */
export async function readClock(tx: Tx): Promise<Date> {
  const rows = await tx
    .select({ now: sql`clock_timestamp()`.mapWith(chats.createdAt).as('now') })
    .from(sql`(values (1)) as "one"`)
    .prepare('clock')
    .execute()
  const first = rows[0]
  if (first === undefined) throw new Error('The clock gave no row.')
  return first.now
}

/** Stores an event of the shared log, the chat after it and the feed row in one statement; needs the chat's lock. */
export async function writeChatEvent(
  tx: Tx,
  input: { event: NewChatEvent; rev: number; state: ChatState },
): Promise<void> {
  const { event, rev, state } = input
  const inserted = tx.$with('inserted').as(tx.insert(chatEvents).values(event).returning({ id: chatEvents.id }))
  await tx
    .with(inserted, feedRow(tx, event.chatId))
    .update(chats)
    .set({ ...state, rev, lastSeq: event.seq, lastEntryAt: event.createdAt })
    .where(eq(chats.id, event.chatId))
    .prepare('chat_event_write')
    .execute()
}
