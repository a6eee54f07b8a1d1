import type { Actor } from '@deskbell/contract/actor'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { type AnyColumn, sql } from 'drizzle-orm'
import { preparedOnce } from '../prepared.ts'
import { chatMarks, chats } from '../schema/chats.ts'
import { messages } from '../schema/messages.ts'
import type { Executor } from '../transaction.ts'
import { readerFeedRow } from './feed.ts'

/** The highest read mark of each side of a chat. */
export type ReadMarks = { client: number; operator: number }

/** The highest delivered mark of each side of a chat. */
export type DeliveredMarks = { client: number; operator: number }

/** The highest value among the marks of one side; 0 without a mark. */
export function highestMark(chatId: AnyColumn, role: Role, column: AnyColumn) {
  const value = sql`coalesce((select max(${column}) from ${chatMarks} where ${chatMarks.chatId} = ${chatId}
    and ${chatMarks.role} = ${sql.raw(`'${role}'`)}), 0)`
  return sql<number>`${value}`.mapWith(Number)
}

/** The fields of `ReadMarks`, for a select in which `chatId` is a column. */
export function readMarksFields(chatId: AnyColumn) {
  return {
    client: highestMark(chatId, 'client', chatMarks.readSeq).as('client_read_seq'),
    operator: highestMark(chatId, 'operator', chatMarks.readSeq).as('operator_read_seq'),
  }
}

/** The fields of `DeliveredMarks`, for a select in which `chatId` is a column. */
export function deliveredMarksFields(chatId: AnyColumn) {
  return {
    client: highestMark(chatId, 'client', chatMarks.deliveredSeq).as('client_delivered_seq'),
    operator: highestMark(chatId, 'operator', chatMarks.deliveredSeq).as('operator_delivered_seq'),
  }
}

/**
 * Merges a read mark by the greatest, so that it never goes back whatever the order of the calls.
 * Answers undefined when nothing changed. Takes no lock on the chat. The feed tells of it, as part of the statement.
 */
export async function raiseMark(
  executor: Executor,
  mark: { chatId: ChatId; actor: Pick<Actor, 'userId' | 'role'>; seq: number },
): Promise<{ deliveredSeq: number; readSeq: number } | undefined> {
  const { chatId, actor, seq } = mark
  const otherDirection = actor.role === 'client' ? 'out' : 'in'
  const rows = await markRaise(executor).execute({
    chatId,
    userId: actor.userId,
    role: actor.role,
    seq,
    otherDirection,
  })
  return rows[0]
}

const markRaise = preparedOnce((executor) => {
  const [chatId, userId] = [sql.placeholder('chatId'), sql.placeholder('userId')]
  const readCount = sql`coalesce((select ${messages.directionNo} from ${messages}
    where ${messages.chatId} = ${chatId} and ${messages.direction} = ${sql.placeholder('otherDirection')}
      and ${messages.seq} <= ${markedSeq}
    order by ${messages.seq} desc limit 1), 0)`
  const raised = executor.$with('raised').as(
    executor
      .insert(chatMarks)
      .values({
        chatId,
        userId,
        role: sql.placeholder('role'),
        deliveredSeq: markedSeq,
        readSeq: markedSeq,
        readCount,
        updatedAt: sql`clock_timestamp()`,
      })
      .onConflictDoUpdate({
        target: [chatMarks.chatId, chatMarks.userId],
        set: {
          deliveredSeq: sql`greatest(${chatMarks.deliveredSeq}, excluded.delivered_seq)`,
          readSeq: sql`greatest(${chatMarks.readSeq}, excluded.read_seq)`,
          readCount: sql`greatest(${chatMarks.readCount}, excluded.read_count)`,
          updatedAt: sql`excluded.updated_at`,
        },
        setWhere: sql`excluded.read_seq > ${chatMarks.readSeq} or excluded.delivered_seq > ${chatMarks.deliveredSeq}`,
      })
      .returning({ deliveredSeq: chatMarks.deliveredSeq, readSeq: chatMarks.readSeq }),
  )
  return executor
    .with(raised, readerFeedRow(executor, { chatId, readerId: userId, onlyIf: raised }))
    .select()
    .from(raised)
    .prepare('mark_raise')
})

/**
 * An operator without an own mark counts from the highest one of the operators, so its first own one is not below that:
 * its unread number would rise though nobody wrote anything, and lists take no greater number at the same `rev`.
 */
const markedSeq = sql`(select case
    when ${sql.placeholder('role')}::text = 'client'
      or bool_or(user_id = ${sql.placeholder('userId')} and read_seq > 0) then ${sql.placeholder('seq')}::bigint
    else greatest(${sql.placeholder('seq')}::bigint, max(read_seq)) end
  from chat_marks where chat_id = ${sql.placeholder('chatId')} and role = 'operator')`

export type Delivery = { chatId: ChatId; userId: UserId; role: Role; seq: number }
export type RaisedDelivery = { chatId: ChatId; userId: UserId; deliveredSeq: number; readSeq: number }

/**
 * Merges delivered marks of many people by the greatest, none past the end of its log. Answers those that rose.
 * Takes no lock on a chat; the rows are locked in one order, so that two processes never wait for each other in a ring.
 * The feed does not tell of it, because no row of an inbox shows it; followers' regular looks find a lost hint.
 */
export function raiseDelivered(executor: Executor, deliveries: readonly Delivery[]): Promise<RaisedDelivery[]> {
  const list = (field: keyof Delivery) => sql.param(deliveries.map((delivery) => delivery[field]))
  // All columns of the table, in their order.
  const told = sql`select told.chat_id, told.user_id, told.role, least(told.seq, ${chats.lastSeq}), 0, 0, clock_timestamp()
    from unnest(${list('chatId')}::bigint[], ${list('userId')}::bigint[], ${list('role')}::text[],
      ${list('seq')}::bigint[]) as told (chat_id, user_id, role, seq)
    join ${chats} on ${chats.id} = told.chat_id
    order by told.chat_id, told.user_id`
  return executor
    .insert(chatMarks)
    .select(told)
    .onConflictDoUpdate({
      target: [chatMarks.chatId, chatMarks.userId],
      set: { deliveredSeq: sql`excluded.delivered_seq`, updatedAt: sql`excluded.updated_at` },
      setWhere: sql`excluded.delivered_seq > ${chatMarks.deliveredSeq}`,
    })
    .returning({
      chatId: chatMarks.chatId,
      userId: chatMarks.userId,
      deliveredSeq: chatMarks.deliveredSeq,
      readSeq: chatMarks.readSeq,
    })
    .prepare('marks_deliver')
    .execute()
}
