import type { Actor } from '@deskbell/contract/actor'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { type AnyColumn, sql } from 'drizzle-orm'
import { preparedOnce } from '../../prepared.ts'
import { chatMarks, chats } from '../../schema/chats.ts'
import { messages } from '../../schema/messages.ts'
import type { Executor } from '../../transaction.ts'
import { readerFeedRow } from '../log/feed.ts'

/** The highest read mark of each side of a chat. */
export type ReadMarks = { client: number; operator: number }

/** The highest delivered mark of each side of a chat. */
export type DeliveredMarks = { client: number; operator: number }

/** Selects the highest value of a column among the marks of one side; 0 without a mark. */
export function highestMark(chatId: AnyColumn, role: Role, column: AnyColumn) {
  const value = sql`coalesce((select max(${column}) from ${chatMarks} where ${chatMarks.chatId} = ${chatId}
    and ${chatMarks.role} = ${sql.raw(`'${role}'`)}), 0)`
  return sql<number>`${value}`.mapWith(Number)
}

/** Returns the fields of `ReadMarks`, for a select in which `chatId` is a column. */
export function readMarksFields(chatId: AnyColumn) {
  return {
    client: highestMark(chatId, 'client', chatMarks.readSeq).as('client_read_seq'),
    operator: highestMark(chatId, 'operator', chatMarks.readSeq).as('operator_read_seq'),
  }
}

/** Returns the fields of `DeliveredMarks`, for a select in which `chatId` is a column. */
export function deliveredMarksFields(chatId: AnyColumn) {
  return {
    client: highestMark(chatId, 'client', chatMarks.deliveredSeq).as('client_delivered_seq'),
    operator: highestMark(chatId, 'operator', chatMarks.deliveredSeq).as('operator_delivered_seq'),
  }
}

/**
 * Raises the read mark and the delivered mark of a user to `seq`; the first mark of an operator may be higher (see
 * `markedSeq`). A mark never goes back, whatever the order of the calls. Returns undefined when nothing changed. Takes
 * no lock on the chat. The statement also inserts the feed row.
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
 * The unread count of an operator without a read mark is computed from the highest mark of the operators. So its first
 * own mark is not below that one. Otherwise the count would rise without a new message, and followers of the inbox
 * ignore a greater count at the same `rev`.
 */
const markedSeq = sql`(select case
    when ${sql.placeholder('role')}::text = 'client'
      or bool_or(user_id = ${sql.placeholder('userId')} and read_seq > 0) then ${sql.placeholder('seq')}::bigint
    else greatest(${sql.placeholder('seq')}::bigint, max(read_seq)) end
  from chat_marks where chat_id = ${sql.placeholder('chatId')} and role = 'operator')`

export type Delivery = { chatId: ChatId; userId: UserId; role: Role; seq: number }
export type RaisedDelivery = { chatId: ChatId; userId: UserId; deliveredSeq: number; readSeq: number }

/**
 * Raises delivered marks of many users, none beyond the end of its log. Returns the marks that rose.
 * Takes no lock on a chat. It locks the rows in one order, so that two processes do not deadlock.
 * It inserts no feed row, because the inbox does not show delivered marks. Followers of a chat find a mark whose hint
 * was lost by polling.
 */
export function raiseDelivered(executor: Executor, deliveries: readonly Delivery[]): Promise<RaisedDelivery[]> {
  const list = (field: keyof Delivery) => sql.param(deliveries.map((delivery) => delivery[field]))
  // All columns of the table, in the order of the table.
  const input = sql`select input.chat_id, input.user_id, input.role, least(input.seq, ${chats.lastSeq}), 0, 0, clock_timestamp()
    from unnest(${list('chatId')}::bigint[], ${list('userId')}::bigint[], ${list('role')}::text[],
      ${list('seq')}::bigint[]) as input (chat_id, user_id, role, seq)
    join ${chats} on ${chats.id} = input.chat_id and (input.role = 'operator' or ${chats.userId} = input.user_id)
    order by input.chat_id, input.user_id`
  return executor
    .insert(chatMarks)
    .select(input)
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
