import type { ChatId, UserId } from '@deskbell/contract/ids'
import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { chats } from '../../schema/chats.ts'
import { messages } from '../../schema/messages.ts'
import { type ReadMarks, readMarksFields } from '../chats/marks.ts'
import { type MessageRow, messageFields } from './messages.ts'

/** Without bounds it is the newest page. Both bounds are exclusive. */
export type MessagesPage = {
  chatId: ChatId
  limit: number
  beforeId?: number | undefined
  afterId?: number | undefined
}

/** The messages of a page, the client of the chat, and the read marks of both sides. */
export type ChatMessages = { userId: UserId; marks: ReadMarks; rows: MessageRow[] }

const chatId = sql.placeholder('chatId')
/**
 * With `chat_id = …` the primary key would be in the order of the query too. For a chat with many old messages the
 * planner might then scan the newest messages of all chats backwards until it finds some of this one. With `= any` of
 * an array of one element only the index on (chat_id, id) is in the order of the query.
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
     * Returns the rows newest first without `afterId`, oldest first with it. Undefined when there is no such chat.
     * It is one statement, so that messages and marks are of one snapshot.
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
  // Because of the limit the planner keeps it as a subquery, which is computed once and not for each message.
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
        attachments: page.attachments,
        clientMsgId: page.clientMsgId,
        createdAt: page.createdAt,
      },
    })
    .from(chat)
    .leftJoin(page, sql`true`)
    .orderBy(order(page.id))
    .prepare(name)
}
