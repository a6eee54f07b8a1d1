import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, count, eq, gt, inArray, sql } from 'drizzle-orm'
import { chatMarks, chats } from '../schema/chats.ts'
import type { Executor } from '../transaction.ts'
import { type ChatRow, selectChatRows } from './chat-rows.ts'
import { highestMark } from './marks.ts'

/** The rows of chats as nobody in particular sees them: without an own mark. */
export function readSharedRows(executor: Executor, chatIds: readonly ChatId[]): Promise<ChatRow[]> {
  return selectChatRows(executor, sql`null::bigint`).where(inArray(chats.id, [...chatIds]))
}

export type ReadCount = { chatId: ChatId; userId: UserId; role: Role; readCount: number }

/** Everybody's read mark in these chats, as counts. Whoever has received something and read nothing has none. */
export function readReadCounts(executor: Executor, chatIds: readonly ChatId[]): Promise<ReadCount[]> {
  return executor
    .select({
      chatId: chatMarks.chatId,
      userId: chatMarks.userId,
      role: chatMarks.role,
      readCount: chatMarks.readCount,
    })
    .from(chatMarks)
    .where(and(inArray(chatMarks.chatId, [...chatIds]), gt(chatMarks.readSeq, 0)))
}

/** Sums over open chats. */
export type OpenSums = { open: number; unassigned: number; unread: number }

const openSums = {
  open: count(),
  unassigned: sql<number>`count(*) filter (where ${chats.operatorId} is null)`.mapWith(Number),
}

/** Over all chats, for an operator who has no mark of its own. */
export async function sumOpenChats(executor: Executor): Promise<OpenSums> {
  const unread = sql<number>`coalesce(sum(${unreadOfOperators}), 0)`.mapWith(Number)
  const [sums] = await executor
    .select({ ...openSums, unread })
    .from(chats)
    .where(eq(chats.status, 'open'))
  return sums ?? { open: 0, unassigned: 0, unread: 0 }
}

/** How many open chats each operator has. */
export function countOpenChatsByOperator(executor: Executor): Promise<{ userId: UserId | null; chats: number }[]> {
  return executor
    .select({ userId: chats.operatorId, chats: count() })
    .from(chats)
    .where(eq(chats.status, 'open'))
    .groupBy(chats.operatorId)
}

/** By how much the own marks of each operator change the sum of unread that holds without them. */
export function sumUnreadChangeByOperator(executor: Executor): Promise<{ userId: UserId; change: number }[]> {
  const own = sql`greatest(${chats.inCount} - ${chatMarks.readCount}, 0)`
  return executor
    .select({ userId: chatMarks.userId, change: sql<number>`sum(${own} - ${unreadOfOperators})`.mapWith(Number) })
    .from(chats)
    .innerJoin(chatMarks, and(eq(chatMarks.chatId, chats.id), eq(chatMarks.role, 'operator'), gt(chatMarks.readSeq, 0)))
    .where(eq(chats.status, 'open'))
    .groupBy(chatMarks.userId)
}

/** Over each client's own open chats. A client without one has no row. */
export function sumOpenChatsByClient(
  executor: Executor,
  clientIds: readonly UserId[],
): Promise<(OpenSums & { userId: UserId })[]> {
  const unread = sql<number>`sum(greatest(${chats.outCount} - coalesce(${chatMarks.readCount}, 0), 0))`.mapWith(Number)
  return executor
    .select({ userId: chats.userId, ...openSums, unread })
    .from(chats)
    .leftJoin(chatMarks, and(eq(chatMarks.chatId, chats.id), eq(chatMarks.userId, chats.userId)))
    .where(and(eq(chats.status, 'open'), inArray(chats.userId, [...clientIds])))
    .groupBy(chats.userId)
}

/** Without an own mark: after the highest of the operators' marks. */
const unreadOfOperators = sql`greatest(${chats.inCount} - ${highestMark(chats.id, 'operator', chatMarks.readCount)}, 0)`
