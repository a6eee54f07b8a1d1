import type { ChatId, UserId } from '@deskbell/contract/ids'
import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { chats } from '../schema/chats.ts'
import { messages } from '../schema/messages.ts'
import { type ReadMarks, readMarksFields } from './marks.ts'
import { type MessageRow, messageFields } from './messages.ts'

/** Without bounds the newest page; both bounds are exclusive. */
export type MessagesPage = {
  chatId: ChatId
  limit: number
  beforeId?: number | undefined
  afterId?: number | undefined
}

/** A page, with what is needed to decide who may see it and what has been read. */
export type ChatMessages = { userId: UserId; marks: ReadMarks; rows: MessageRow[] }

const chatId = sql.placeholder('chatId')
/**
 * Not `chat_id = …`, with which the order by id is also that of the primary key: for a chat that had many messages long
 * ago the planner would walk back through everybody's newest ones to find them. A list of one is no such equality, so
 * only the index of (chat, id) is in the order of both.
 */
const inChat = sql`${messages.chatId} = any(array[${chatId}::bigint])`

export function prepareMessagePages(orm: Database['orm']) {
  const above = gt(messages.id, sql.placeholder('afterId'))
  const below = lt(messages.id, sql.placeholder('beforeId'))
  const newest = preparePage(orm, { name: 'messages_newest', bounds: [], order: desc })
  const before = preparePage(orm, { name: 'messages_before', bounds: [below], order: desc })
  const after = preparePage(orm, { name: 'messages_after', bounds: [above], order: asc })
  const between = preparePage(orm, { name: 'messages_between', bounds: [above, below], order: asc })
  const formOf = ({ beforeId, afterId }: MessagesPage) => {
    if (afterId === undefined) return beforeId === undefined ? newest : before
    return beforeId === undefined ? after : between
  }
  return {
    /**
     * Rows from the asked end: newest first without `afterId`, oldest first with it. Undefined when there is no such chat.
     * One statement, so that page and marks are of one moment.
     */
    async page(input: MessagesPage): Promise<ChatMessages | undefined> {
      const rows = await formOf(input).execute({ ...input })
      const [first] = rows
      if (first === undefined) return undefined
      return { userId: first.userId, marks: first.marks, rows: rows.flatMap(({ message }) => message ?? []) }
    },
  }
}

type PageForm = { name: string; bounds: SQL[]; order: typeof asc | typeof desc }

function preparePage(orm: Database['orm'], { name, bounds, order }: PageForm) {
  const marks = readMarksFields(chats.id)
  // The limit keeps it a subquery of its own: it is computed once, and not again for each message.
  const chat = orm
    .select({ userId: chats.userId, clientRead: marks.client, operatorRead: marks.operator })
    .from(chats)
    .where(eq(chats.id, chatId))
    .limit(1)
    .as('chat')
  const page = orm
    .select(messageFields)
    .from(messages)
    .where(and(inChat, ...bounds))
    .orderBy(order(messages.chatId), order(messages.id))
    .limit(sql.placeholder('limit'))
    .as('page')
  return orm
    .select({
      userId: chat.userId,
      marks: { client: chat.clientRead, operator: chat.operatorRead },
      message: {
        id: page.id,
        chatId: page.chatId,
        seq: page.seq,
        userId: page.userId,
        direction: page.direction,
        type: page.type,
        text: page.text,
        clientMsgId: page.clientMsgId,
        createdAt: page.createdAt,
      },
    })
    .from(chat)
    .leftJoin(page, sql`true`)
    .orderBy(order(page.id))
    .prepare(name)
}
