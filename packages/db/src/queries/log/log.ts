import type { Attachment } from '@deskbell/contract/attachments'
import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import type { Direction, MessageType } from '@deskbell/contract/messages'
import type { Role } from '@deskbell/contract/users'
import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import { numberArray } from '../../array-text.ts'
import { preparedOnce } from '../../prepared.ts'
import { chatEvents } from '../../schema/chat-events.ts'
import { chatMarks, chats } from '../../schema/chats.ts'
import { messages } from '../../schema/messages.ts'
import type { Executor } from '../../transaction.ts'
import { type DeliveredMarks, deliveredMarksFields, type ReadMarks, readMarksFields } from '../chats/marks.ts'
import { userLookup } from '../users/user-lookup.ts'

/** An entry of the log that clients and operators share, with the user who caused it. */
export type StoredEntry = Omit<Awaited<ReturnType<ReturnType<typeof prepareLogsAfter>['execute']>>[number], 'place'>

export type LogPlace = { chatId: ChatId; afterSeq: number }

/**
 * Returns the oldest entries after a seq, for many places: one array for each place, ascending, with at most `limit`
 * entries. It is one statement, however many places there are.
 */
export async function readLogsAfter(
  executor: Executor,
  { places, limit }: { places: readonly LogPlace[]; limit: number },
): Promise<StoredEntry[][]> {
  const rows = await logsAfter(executor).execute({
    chatIds: numberArray(places.map(({ chatId }) => chatId)),
    afterSeqs: numberArray(places.map(({ afterSeq }) => afterSeq)),
    limit,
  })
  const logs: StoredEntry[][] = places.map(() => [])
  for (const { place, ...entry } of rows) logs[place - 1]?.push(entry)
  return logs
}

const logsAfter = preparedOnce(prepareLogsAfter)

/** The join is lateral, so that each place is a search in the index. */
function prepareLogsAfter(executor: Executor) {
  const array = (name: string) => sql`${sql.placeholder(name)}::bigint[]`
  const places = sql`unnest(${array('chatIds')}, ${array('afterSeqs')})
    with ordinality as place (chat_id, after_seq, number)`
  const log = selectLog(executor, 'after')
  const actor = userLookup(executor, log.actorId)
  return executor
    .select({ place: sql<number>`place.number`.mapWith(Number).as('place'), ...entryFields(log, actor) })
    .from(places)
    .crossJoinLateral(log)
    .leftJoinLateral(actor, sql`true`)
    .orderBy(sql`place.number`, asc(log.seq))
    .prepare('logs_after')
}

export type LogHead = { userId: UserId; lastSeq: number; marks: ReadMarks; delivered: DeliveredMarks }
export type LogPage = LogHead & { entries: StoredEntry[] }

/**
 * Returns the client of a chat, the end of its log, the marks of each side, and the newest entries before `beforeSeq`,
 * ascending; without `beforeSeq` the newest of all. It is one statement, so all of it is of one snapshot. Undefined
 * when there is no such chat.
 */
export async function readLogPage(
  executor: Executor,
  { chatId, beforeSeq, limit }: { chatId: ChatId; beforeSeq: number | undefined; limit: number },
): Promise<LogPage | undefined> {
  const statement = beforeSeq === undefined ? logNewest(executor) : logBefore(executor)
  const newestFirst = await statement.execute({ chatId, beforeSeq, limit })
  const [first] = newestFirst
  if (first === undefined) return undefined
  const { head, marks, delivered } = first
  // A chat without entries has one row too, with an empty entry.
  return { ...head, marks, delivered, entries: newestFirst.filter(({ isEntry }) => isEntry).reverse() }
}

const logNewest = preparedOnce((executor) => prepareLogPage(executor, 'newest'))
const logBefore = preparedOnce((executor) => prepareLogPage(executor, 'before'))

function prepareLogPage(executor: Executor, end: 'newest' | 'before') {
  const head = selectHead(executor)
  const log = selectLog(executor, end)
  const actor = userLookup(executor, log.actorId)
  return executor
    .select({
      head: { userId: head.userId, lastSeq: head.lastSeq },
      marks: { client: head.clientRead, operator: head.operatorRead },
      delivered: { client: head.clientDelivered, operator: head.operatorDelivered },
      isEntry: sql<boolean>`${log.seq} is not null`,
      ...entryFields(log, actor),
    })
    .from(head)
    .leftJoin(log, sql`true`)
    .leftJoinLateral(actor, sql`true`)
    .orderBy(desc(log.seq))
    .prepare(`log_${end}`)
}

/** Because of the limit the planner keeps it as a subquery, which is computed once and not for each entry. */
function selectHead(executor: Executor) {
  const read = readMarksFields(chats.id)
  const delivered = deliveredMarksFields(chats.id)
  return executor
    .select({
      userId: chats.userId,
      lastSeq: chats.lastSeq,
      clientRead: read.client,
      operatorRead: read.operator,
      clientDelivered: delivered.client,
      operatorDelivered: delivered.operator,
    })
    .from(chats)
    .where(eq(chats.id, sql.placeholder('chatId')))
    .limit(1)
    .as('head')
}

/** Returns the newest seq of each of these chats. */
export function readTops(
  executor: Executor,
  chatIds: readonly ChatId[],
): Promise<{ chatId: ChatId; clientId: UserId; lastSeq: number }[]> {
  return tops(executor).execute({ chatIds })
}

const tops = preparedOnce((executor) =>
  executor
    .select({ chatId: chats.id, clientId: chats.userId, lastSeq: chats.lastSeq })
    .from(chats)
    .where(sql`${chats.id} = any(${sql.placeholder('chatIds')}::bigint[])`)
    .prepare('log_tops'),
)

export type ChatMark = { chatId: ChatId; userId: UserId; role: Role; deliveredSeq: number; readSeq: number }

/** Returns the marks of all users in these chats. */
export function readChatMarks(executor: Executor, chatIds: readonly ChatId[]): Promise<ChatMark[]> {
  return marksOfChats(executor).execute({ chatIds })
}

const marksOfChats = preparedOnce((executor) =>
  executor
    .select({
      chatId: chatMarks.chatId,
      userId: chatMarks.userId,
      role: chatMarks.role,
      deliveredSeq: chatMarks.deliveredSeq,
      readSeq: chatMarks.readSeq,
    })
    .from(chatMarks)
    .where(sql`${chatMarks.chatId} = any(${sql.placeholder('chatIds')}::bigint[])`)
    .prepare('chat_marks'),
)

type End = 'after' | 'before' | 'newest'

/**
 * Selects messages and events in the order of `seq`, in one statement. Two statements would have two snapshots, and a
 * reader could find a gap that does not exist. Each part scans its unique (chat_id, seq) index and stops at the limit.
 */
function selectLog(executor: Executor, end: End) {
  const order = end === 'after' ? asc : desc
  const limit = sql.placeholder('limit')
  const chatId = end === 'after' ? sql`place.chat_id` : sql.placeholder('chatId')
  const messagePart = executor
    .select(messageFields)
    .from(messages)
    .where(and(eq(messages.chatId, chatId), atEnd(messages.seq, end)))
    .orderBy(order(messages.seq))
    .limit(limit)
  const eventPart = executor
    .select(eventFields)
    .from(chatEvents)
    .where(and(eq(chatEvents.chatId, chatId), forAll, atEnd(chatEvents.seq, end)))
    .orderBy(order(chatEvents.seq))
    .limit(limit)
  const union = unionAll(messagePart, eventPart).as('entries')
  return executor
    .select({
      seq: union.seq,
      at: union.at,
      kind: union.kind,
      data: union.data,
      actorId: union.actorId,
      messageId: union.messageId,
      direction: union.direction,
      type: union.type,
      text: union.text,
      attachments: union.attachments,
      clientMsgId: union.clientMsgId,
    })
    .from(union)
    .orderBy(order(union.seq))
    .limit(limit)
    .as('log')
}

function entryFields(log: ReturnType<typeof selectLog>, actor: ReturnType<typeof userLookup>) {
  return {
    seq: log.seq,
    at: log.at,
    kind: log.kind,
    data: log.data,
    actor: { id: actor.id, name: actor.name, role: actor.role, avatarId: actor.avatarId },
    message: {
      id: log.messageId,
      userId: log.actorId,
      direction: log.direction,
      type: log.type,
      text: log.text,
      attachments: log.attachments,
      clientMsgId: log.clientMsgId,
    },
  }
}

/** A constant and no parameter, so that the planner knows its value. */
const forAll = sql`${chatEvents.audience} = 'all'`

function atEnd(column: typeof messages.seq | typeof chatEvents.seq, end: End): SQL | undefined {
  if (end === 'newest') return undefined
  return end === 'after' ? gt(column, sql`place.after_seq`) : lt(column, sql.placeholder('beforeSeq'))
}

/** The columns of the messages in the union. `eventFields` has the same columns in the same order. */
const messageFields = {
  seq: sql<number>`${messages.seq}`.mapWith(Number).as('seq'),
  at: sql<Date>`${messages.createdAt}`.mapWith(messages.createdAt).as('at'),
  kind: sql<string>`'message'`.as('kind'),
  data: sql<Record<string, unknown> | null>`null::jsonb`.as('data'),
  actorId: sql<UserId | null>`${messages.userId}`.mapWith(messages.userId).as('actor_id'),
  messageId: sql<MessageId | null>`${messages.id}`.mapWith(messages.id).as('message_id'),
  direction: sql<Direction | null>`${messages.direction}`.as('direction'),
  type: sql<MessageType | null>`${messages.type}`.as('type'),
  text: sql<string | null>`${messages.text}`.as('text'),
  attachments: sql<Attachment[] | null>`${messages.attachments}`.as('attachments'),
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
  type: sql<MessageType | null>`null::text`.as('type'),
  text: sql<string | null>`null::text`.as('text'),
  attachments: sql<Attachment[] | null>`null::jsonb`.as('attachments'),
  clientMsgId: sql<string | null>`null::text`.as('client_msg_id'),
}
