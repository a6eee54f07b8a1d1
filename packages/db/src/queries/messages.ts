import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { messages } from '../schema/messages.ts'

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
