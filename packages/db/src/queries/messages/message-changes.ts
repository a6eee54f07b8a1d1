import type { ChatId, MessageId } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import { and, eq, gt, sql } from 'drizzle-orm'
import { chatEvents } from '../../schema/chat-events.ts'
import { chats } from '../../schema/chats.ts'
import { messageRevisions } from '../../schema/message-revisions.ts'
import { messages } from '../../schema/messages.ts'
import type { Tx } from '../../transaction.ts'
import { type ReadMarks, readMarksFields } from '../chats/marks.ts'
import { type MessageRow, messageFields } from './messages.ts'

/** What the decision about a change of a message depends on. */
export type MessageContext = { marks: ReadMarks; message: MessageRow | null }

/** Needs the lock of the chat, taken by an earlier statement. `message` is null when the chat has no such message. */
export async function readMessageContext(
  tx: Tx,
  { chatId, messageId }: { chatId: ChatId; messageId: MessageId },
): Promise<MessageContext> {
  const rows = await tx
    .select({
      marks: readMarksFields(chats.id),
      message: messageFields,
    })
    .from(chats)
    .leftJoin(messages, and(eq(messages.chatId, chats.id), eq(messages.id, messageId)))
    .where(eq(chats.id, chatId))
    .prepare('message_context')
    .execute()
  return rows[0] ?? { marks: { client: 0, operator: 0 }, message: null }
}

/** `seq` is that of the log entry of the change. */
export type TextChange = { message: MessageRow; text: string; seq: number }

/** Replaces the text of a message, and stores the old text as a revision. Needs the lock of the chat. */
export async function replaceMessageText(tx: Tx, { message, text, seq }: TextChange): Promise<void> {
  const revision = { messageId: message.id, seq, text: message.text }
  const kept = tx
    .$with('kept')
    .as(tx.insert(messageRevisions).values(revision).returning({ seq: messageRevisions.seq }))
  await tx
    .with(kept)
    .update(messages)
    .set({ text })
    .where(eq(messages.id, message.id))
    .prepare('message_text')
    .execute()
}

/** Removes the text from the `edited` entries of a retracted message. Revisions keep it. Needs the lock of the chat. */
export async function emptyEditedTexts(tx: Tx, { id, chatId, seq }: MessageRow): Promise<void> {
  await tx
    .update(chatEvents)
    .set({ data: sql`${chatEvents.data} || '{"text": ""}'` })
    .where(
      and(
        eq(chatEvents.chatId, chatId),
        gt(chatEvents.seq, seq),
        eq(chatEvents.kind, 'edited'),
        sql`${chatEvents.data} @> jsonb_build_object('messageId', ${id}::bigint)`,
      ),
    )
    .prepare('message_edits_empty')
    .execute()
}

/** Reports whether the chat has a message of this direction after a seq, retracted or not. */
export async function hasMessageAfter(
  tx: Tx,
  { chatId, direction, seq }: { chatId: ChatId; direction: Direction; seq: number },
): Promise<boolean> {
  const rows = await tx
    .select({ seq: messages.seq })
    .from(messages)
    .where(and(eq(messages.chatId, chatId), eq(messages.direction, direction), gt(messages.seq, seq)))
    .limit(1)
    .prepare('message_after')
    .execute()
  return rows.length > 0
}
