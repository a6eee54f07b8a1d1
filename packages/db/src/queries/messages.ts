import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { chats } from '../schema/chats.ts'
import { messages } from '../schema/messages.ts'
import type { Tx } from '../transaction.ts'
import { feedRow } from './feed.ts'
import { type ReadMarks, readMarksFields } from './marks.ts'

export type MessageRow = {
  id: MessageId
  chatId: ChatId
  seq: number
  userId: UserId
  direction: Direction
  type: 'text' | 'image'
  text: string
  clientMsgId: string | null
  createdAt: Date
}
export type SentRow = MessageRow & { bodyHash: string }

/** Without bounds the newest page; both bounds are exclusive. */
export type MessagesPage = {
  chatId: ChatId
  limit: number
  beforeId?: number | undefined
  afterId?: number | undefined
}

export function prepareMessageReads(orm: Database['orm']) {
  const page = (name: string, bounds: SQL[], order: SQL) =>
    orm
      .select(messageFields)
      .from(messages)
      .where(and(eq(messages.chatId, sql.placeholder('chatId')), ...bounds))
      .orderBy(order)
      .limit(sql.placeholder('limit'))
      .prepare(name)
  const above = gt(messages.id, sql.placeholder('afterId'))
  const below = lt(messages.id, sql.placeholder('beforeId'))
  const newest = page('messages_newest', [], desc(messages.id))
  const before = page('messages_before', [below], desc(messages.id))
  const after = page('messages_after', [above], asc(messages.id))
  const between = page('messages_between', [above, below], asc(messages.id))
  return {
    /** Rows from the asked end: newest first without `afterId`, oldest first with it. */
    page(input: MessagesPage): Promise<MessageRow[]> {
      if (input.afterId === undefined) return (input.beforeId === undefined ? newest : before).execute({ ...input })
      return (input.beforeId === undefined ? after : between).execute({ ...input })
    },
  }
}

/** What a send needs to know once it holds the chat's lock. */
export type SendContext = { now: Date; marks: ReadMarks; sent: SentRow[] }

/**
 * Runs after `lockChat`, as a statement of its own: only a new snapshot shows what was committed
 * while the lock was waited for. `now` is taken under the lock, so times do not fall as `seq` rises.
 */
export async function readSendContext(
  tx: Tx,
  input: { chatId: ChatId; userId: UserId; clientMsgIds: readonly string[] },
): Promise<SendContext> {
  const rows = await tx
    .select({
      now: sql`clock_timestamp()`.mapWith(chats.createdAt).as('now'),
      marks: readMarksFields(chats.id),
      sent: { ...messageFields, bodyHash: messages.bodyHash },
    })
    .from(chats)
    .leftJoin(
      messages,
      and(
        eq(messages.userId, input.userId),
        sql`${messages.clientMsgId} = any(${sql.param([...input.clientMsgIds])}::text[])`,
      ),
    )
    .where(eq(chats.id, input.chatId))
    .prepare('send_context')
    .execute()
  const first = rows[0]
  if (first === undefined) throw new Error('The locked chat is gone.')
  return { now: first.now, marks: first.marks, sent: rows.flatMap((row) => row.sent ?? []) }
}

export type NewMessageRow = Omit<SentRow, 'id' | 'type'> & { directionNo: number }
/** The head of the chat after the messages. */
export type ChatHead = { lastSeq: number; rev: number; inCount: number; outCount: number; lastMessageAt: Date }

/**
 * Stores new messages, the head of their chat and the feed row in one statement; needs the chat's lock.
 * Answers the ids in the order of the rows: they are drawn under the lock, so id and `seq` rise together.
 */
export async function writeMessages(
  tx: Tx,
  input: { chatId: ChatId; rows: readonly NewMessageRow[]; head: ChatHead },
): Promise<MessageId[]> {
  const { chatId, rows, head } = input
  const inserted = tx.$with('inserted').as(
    tx
      .insert(messages)
      .values([...rows])
      .returning({ id: messages.id, seq: messages.seq }),
  )
  const changed = tx.$with('changed').as(
    tx
      .update(chats)
      .set({ ...head, lastEntryAt: head.lastMessageAt, lastMessageId: sql`(select max("id") from "inserted")` })
      .where(eq(chats.id, chatId))
      .returning({ id: chats.id }),
  )
  const ids = await tx
    .with(inserted, changed, feedRow(tx, chatId))
    .select({ id: inserted.id })
    .from(inserted)
    .orderBy(asc(inserted.seq))
    .prepare(`messages_write_${rows.length}`)
    .execute()
  return ids.map((row) => row.id)
}

/** The columns of a `MessageRow`. */
export const messageFields = {
  id: messages.id,
  chatId: messages.chatId,
  seq: messages.seq,
  userId: messages.userId,
  direction: messages.direction,
  type: messages.type,
  text: messages.text,
  clientMsgId: messages.clientMsgId,
  createdAt: messages.createdAt,
}
