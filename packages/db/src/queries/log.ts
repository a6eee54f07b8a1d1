import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import type { Role } from '@deskbell/contract/users'
import { and, asc, desc, eq, gt, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import { chatEvents } from '../schema/chat-events.ts'
import { chatMarks, chats } from '../schema/chats.ts'
import { messages } from '../schema/messages.ts'
import { users } from '../schema/users.ts'
import type { Executor } from '../transaction.ts'
import { type DeliveredMarks, deliveredMarksFields, type ReadMarks, readMarksFields } from './marks.ts'

/** A line of the log that clients and operators share, with whoever caused it. */
export type StoredEntry = Awaited<ReturnType<typeof selectLog>>[number]

export type LogSlice = { chatId: ChatId; afterSeq: number; limit: number }

/** The oldest entries after a place, ascending. */
export function readLogAfter(executor: Executor, { chatId, afterSeq, limit }: LogSlice): Promise<StoredEntry[]> {
  return selectLog(executor, { chatId, bound: { after: afterSeq }, limit })
}

/** The newest entries before a place, ascending; the newest of all without one. */
export async function readLogBefore(
  executor: Executor,
  { chatId, beforeSeq, limit }: { chatId: ChatId; beforeSeq: number | undefined; limit: number },
): Promise<StoredEntry[]> {
  const newestFirst = await selectLog(executor, { chatId, bound: { before: beforeSeq }, limit })
  return newestFirst.reverse()
}

export type LogHead = { userId: UserId; lastSeq: number; marks: ReadMarks; delivered: DeliveredMarks }

/** Whose chat it is, where its log ends, and how far each side has read and received. */
export async function readLogHead(executor: Executor, chatId: ChatId): Promise<LogHead | undefined> {
  const [head] = await executor
    .select({
      userId: chats.userId,
      lastSeq: chats.lastSeq,
      marks: readMarksFields(chats.id),
      delivered: deliveredMarksFields(chats.id),
    })
    .from(chats)
    .where(eq(chats.id, chatId))
  return head
}

/** Where the logs of many chats end. */
export function readTops(
  executor: Executor,
  chatIds: readonly ChatId[],
): Promise<{ chatId: ChatId; lastSeq: number }[]> {
  return executor
    .select({ chatId: chats.id, lastSeq: chats.lastSeq })
    .from(chats)
    .where(sql`${chats.id} = any(${sql.param([...chatIds])}::bigint[])`)
}

export type ChatMark = { chatId: ChatId; userId: UserId; role: Role; deliveredSeq: number; readSeq: number }

/** How far everybody has come in these chats. */
export function readChatMarks(executor: Executor, chatIds: readonly ChatId[]): Promise<ChatMark[]> {
  return executor
    .select({
      chatId: chatMarks.chatId,
      userId: chatMarks.userId,
      role: chatMarks.role,
      deliveredSeq: chatMarks.deliveredSeq,
      readSeq: chatMarks.readSeq,
    })
    .from(chatMarks)
    .where(inArray(chatMarks.chatId, [...chatIds]))
}

type Bound = { after: number } | { before: number | undefined }

/**
 * Messages and events by `seq`, in one statement: two of them would see two moments, and a reader would
 * find a gap that never was. Both parts walk their unique (chat_id, seq) index and stop at the limit.
 */
function selectLog(executor: Executor, { chatId, bound, limit }: { chatId: ChatId; bound: Bound; limit: number }) {
  const ascending = 'after' in bound
  const order = ascending ? asc : desc
  const messagePart = executor
    .select(messageFields)
    .from(messages)
    .where(and(eq(messages.chatId, chatId), inBound(messages.seq, bound)))
    .orderBy(order(messages.seq))
    .limit(limit)
  const eventPart = executor
    .select(eventFields)
    .from(chatEvents)
    .where(and(eq(chatEvents.chatId, chatId), eq(chatEvents.audience, 'all'), inBound(chatEvents.seq, bound)))
    .orderBy(order(chatEvents.seq))
    .limit(limit)
  const log = unionAll(messagePart, eventPart).as('log')
  return executor
    .select({
      seq: log.seq,
      at: log.at,
      kind: log.kind,
      data: log.data,
      actor: { id: users.id, name: users.name, role: users.role },
      message: {
        id: log.messageId,
        userId: log.actorId,
        direction: log.direction,
        type: log.type,
        text: log.text,
        clientMsgId: log.clientMsgId,
      },
    })
    .from(log)
    .leftJoin(users, eq(users.id, log.actorId))
    .orderBy(order(log.seq))
    .limit(limit)
}

function inBound(column: typeof messages.seq | typeof chatEvents.seq, bound: Bound): SQL | undefined {
  if ('after' in bound) return gt(column, bound.after)
  return bound.before === undefined ? undefined : lt(column, bound.before)
}

/** The named, typed columns of one part of the union; the other part has the same, in the same order. */
const messageFields = {
  seq: sql<number>`${messages.seq}`.mapWith(Number).as('seq'),
  at: sql<Date>`${messages.createdAt}`.mapWith(messages.createdAt).as('at'),
  kind: sql<string>`'message'`.as('kind'),
  data: sql<Record<string, unknown> | null>`null::jsonb`.as('data'),
  actorId: sql<UserId | null>`${messages.userId}`.mapWith(messages.userId).as('actor_id'),
  messageId: sql<MessageId | null>`${messages.id}`.mapWith(messages.id).as('message_id'),
  direction: sql<Direction | null>`${messages.direction}`.as('direction'),
  type: sql<'text' | 'image' | null>`${messages.type}`.as('type'),
  text: sql<string | null>`${messages.text}`.as('text'),
  clientMsgId: sql<string | null>`${messages.clientMsgId}`.as('client_msg_id'),
}

const eventFields = {
  seq: sql<number>`${chatEvents.seq}`.mapWith(Number).as('seq'),
  at: sql<Date>`${chatEvents.createdAt}`.mapWith(chatEvents.createdAt).as('at'),
  kind: sql<string>`${chatEvents.kind}`.as('kind'),
  data: sql<Record<string, unknown> | null>`${chatEvents.data}`.as('data'),
  actorId: sql<UserId | null>`${chatEvents.actorId}`.mapWith(messages.userId).as('actor_id'),
  messageId: sql<MessageId | null>`null::bigint`.mapWith(messages.id).as('message_id'),
  direction: sql<Direction | null>`null::text`.as('direction'),
  type: sql<'text' | 'image' | null>`null::text`.as('type'),
  text: sql<string | null>`null::text`.as('text'),
  clientMsgId: sql<string | null>`null::text`.as('client_msg_id'),
}
