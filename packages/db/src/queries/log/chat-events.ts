import type { ChatStatus } from '@deskbell/contract/chats'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { eq } from 'drizzle-orm'
import { chatEvents } from '../../schema/chat-events.ts'
import { chats } from '../../schema/chats.ts'
import type { Tx } from '../../transaction.ts'
import { feedRow } from './feed.ts'

export type NewChatEvent = {
  chatId: ChatId
  seq: number
  kind: string
  actorId: UserId | null
  data: Record<string, unknown> | null
  createdAt: Date
}
/** The columns of a chat that an event may change. */
export type ChatState = {
  status: ChatStatus
  operatorId: UserId | null
  closedAt: Date | null
  waitingSince: Date | null
}

/** Stores an event, the changed chat and the feed row in one statement. Needs the lock of the chat. */
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
