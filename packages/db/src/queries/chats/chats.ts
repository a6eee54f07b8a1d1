import type { ChatStatus } from '@deskbell/contract/chats'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { and, asc, eq, sql } from 'drizzle-orm'
import { numberArray } from '../../array-text.ts'
import type { Database } from '../../database.ts'
import { preparedOnce } from '../../prepared.ts'
import { chatMarks, chats } from '../../schema/chats.ts'
import type { Executor, Tx } from '../../transaction.ts'
import { GatheredReads } from '../gathered-reads.ts'
import type { ChatMark } from '../log/log.ts'
import { type ChatRow, selectChatRows } from './chat-rows.ts'

/** The client of a chat and the end of its log. Enough to decide who may see it. */
export type ChatAccess = { id: ChatId; userId: UserId; lastSeq: number }

/** What a follower of a chat begins with: whose chat it is, the end of its log, and the marks of all users. */
export type ChatStart = ChatAccess & { marks: readonly ChatMark[] }

/** Enough to decide who may write in a chat. It contains nothing that a message changes, so it may be cached. */
export type ChatSummary = { userId: UserId; status: ChatStatus }

/**
 * Statements for the starts of streams that run at once. Few of them read much each: when many clients reconnect, the
 * statements cost the process more than their rows do.
 */
const startReadsMax = 2

export function prepareChatReads(orm: Database['orm']) {
  const access = orm
    .select({ id: chats.id, userId: chats.userId, lastSeq: chats.lastSeq })
    .from(chats)
    .where(sql`${chats.id} = any(${sql.placeholder('chatIds')}::bigint[])`)
    .prepare('chat_access')
  const accesses = new GatheredReads({
    read: async (chatIds: ChatId[]) => {
      const rows = await access.execute({ chatIds: numberArray(chatIds) })
      return new Map(rows.map((row) => [row.id, row]))
    },
  })
  const start = orm
    .select({
      id: chats.id,
      userId: chats.userId,
      lastSeq: chats.lastSeq,
      mark: {
        chatId: chatMarks.chatId,
        userId: chatMarks.userId,
        role: chatMarks.role,
        deliveredSeq: chatMarks.deliveredSeq,
        readSeq: chatMarks.readSeq,
      },
    })
    .from(chats)
    .leftJoin(chatMarks, eq(chatMarks.chatId, chats.id))
    .where(sql`${chats.id} = any(${sql.placeholder('chatIds')}::bigint[])`)
    .prepare('chat_start')
  const starts = new GatheredReads({
    async read(chatIds: ChatId[]) {
      const found = new Map<ChatId, ChatStart & { marks: ChatMark[] }>()
      for (const { mark, ...chat } of await start.execute({ chatIds: numberArray(chatIds) })) {
        const known = found.get(chat.id) ?? { ...chat, marks: [] }
        found.set(chat.id, known)
        if (mark !== null) known.marks.push(mark)
      }
      return found
    },
    atOnceMax: startReadsMax,
  })
  const summary = orm
    .select({ userId: chats.userId, status: chats.status })
    .from(chats)
    .where(eq(chats.id, sql.placeholder('chatId')))
    .prepare('chat_summary')
  const row = selectChatRows(orm, sql.placeholder('askerId'))
    .where(eq(chats.id, sql.placeholder('chatId')))
    .prepare('chat_row')
  return {
    access: (chatId: ChatId): Promise<ChatAccess | undefined> => accesses.get(chatId),
    start: (chatId: ChatId): Promise<ChatStart | undefined> => starts.get(chatId),
    async summary(chatId: ChatId): Promise<ChatSummary | undefined> {
      const rows = await summary.execute({ chatId })
      return rows[0]
    },
    async row(askerId: UserId, chatId: ChatId): Promise<ChatRow | undefined> {
      const rows = await row.execute({ askerId, chatId })
      return rows[0]
    },
  }
}

/** Returns the clients of the chats that exist. Does not wait for locks of these chats. */
export async function readChatOwners(tx: Tx, chatIds: readonly ChatId[]): Promise<Map<ChatId, UserId>> {
  const rows = await chatOwners(tx).execute({ chatIds: numberArray(chatIds) })
  return new Map(rows.map(({ id, userId }) => [id, userId]))
}

const chatOwners = preparedOnce((executor) =>
  executor
    .select({ id: chats.id, userId: chats.userId })
    .from(chats)
    .where(sql`${chats.id} = any(${sql.placeholder('chatIds')}::bigint[])`)
    .prepare('chat_owners'),
)

/** Returns the row as the transaction sees it, with its own changes. Throws when the chat does not exist. */
export async function readChatRow(tx: Tx, askerId: UserId, chatId: ChatId): Promise<ChatRow> {
  const rows = await selectChatRows(tx, askerId).where(eq(chats.id, chatId)).prepare('chat_row_in_tx').execute()
  const row = rows[0]
  if (row === undefined) throw new Error('The chat of this transaction is gone.')
  return row
}

export type NewChat = { userId: UserId; createdBy: UserId; clientChatId: string | null }

/** Returns the id of the new chat; undefined when its creator already has a chat with this `clientChatId`. */
export async function insertChat(tx: Tx, chat: NewChat): Promise<ChatId | undefined> {
  const rows = await tx
    .insert(chats)
    .values({
      ...chat,
      rev: 1,
      createdAt: sql`now()`,
      lastMessageAt: sql`now()`,
      lastEntryAt: sql`now()`,
    })
    .onConflictDoNothing({ target: [chats.clientChatId, chats.createdBy] })
    .returning({ id: chats.id })
    .prepare('chat_insert')
    .execute()
  return rows[0]?.id
}

export async function findChatByCallerId(
  executor: Executor,
  key: { createdBy: UserId; clientChatId: string },
): Promise<ChatId | undefined> {
  const rows = await executor
    .select({ id: chats.id })
    .from(chats)
    .where(and(eq(chats.clientChatId, key.clientChatId), eq(chats.createdBy, key.createdBy)))
    .prepare('chat_by_caller_id')
    .execute()
  return rows[0]?.id
}

/** Returns at most `limit` open chats of an operator, by id. */
export async function findOpenChatsOf(executor: Executor, operatorId: UserId, limit: number): Promise<ChatId[]> {
  const rows = await executor
    .select({ id: chats.id })
    .from(chats)
    .where(and(eq(chats.operatorId, operatorId), eq(chats.status, 'open')))
    .orderBy(asc(chats.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}
