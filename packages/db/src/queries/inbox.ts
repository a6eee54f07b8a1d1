import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, count, eq, gt, sql } from 'drizzle-orm'
import { preparedOnce } from '../prepared.ts'
import { chatMarks, chats } from '../schema/chats.ts'
import type { Executor } from '../transaction.ts'
import { type ChatRow, selectChatRows } from './chats/chat-rows.ts'

/** Returns the rows of chats without a caller, so `ownReadCount` is null in all of them. */
export function readSharedRows(executor: Executor, chatIds: readonly ChatId[]): Promise<ChatRow[]> {
  return sharedRows(executor).execute({ chatIds })
}

const sharedRows = preparedOnce((executor) =>
  selectChatRows(executor, sql`null::bigint`)
    .where(sql`${chats.id} = any(${sql.placeholder('chatIds')}::bigint[])`)
    .prepare('inbox_rows'),
)

export type ReadCount = { chatId: ChatId; userId: UserId; role: Role; readCount: number }

/** Returns how many messages each user has read in these chats. Users who have read nothing are not in the result. */
export function readReadCounts(executor: Executor, chatIds: readonly ChatId[]): Promise<ReadCount[]> {
  return readCounts(executor).execute({ chatIds })
}

const readCounts = preparedOnce((executor) =>
  executor
    .select({
      chatId: chatMarks.chatId,
      userId: chatMarks.userId,
      role: chatMarks.role,
      readCount: chatMarks.readCount,
    })
    .from(chatMarks)
    .where(and(sql`${chatMarks.chatId} = any(${sql.placeholder('chatIds')}::bigint[])`, gt(chatMarks.readSeq, 0)))
    .prepare('inbox_read_counts'),
)

/** Counts of open chats, of those without an operator, and of unread messages in open chats. */
export type OpenSums = { open: number; unassigned: number; unread: number }

/** Returns the counts for each client over its own open chats. A client without open chats is not in the result. */
export function sumOpenChatsByClient(
  executor: Executor,
  clientIds: readonly UserId[],
): Promise<(OpenSums & { userId: UserId })[]> {
  return clientSums(executor).execute({ clientIds })
}

const clientSums = preparedOnce((executor) =>
  executor
    .select({
      userId: chats.userId,
      open: count(),
      unassigned: sql<number>`count(*) filter (where ${chats.operatorId} is null)`.mapWith(Number),
      unread: sql<number>`sum(greatest(${chats.outCount} - coalesce(${chatMarks.readCount}, 0), 0))`.mapWith(Number),
    })
    .from(chats)
    .leftJoin(chatMarks, and(eq(chatMarks.chatId, chats.id), eq(chatMarks.userId, chats.userId)))
    .where(and(eq(chats.status, 'open'), sql`${chats.userId} = any(${sql.placeholder('clientIds')}::bigint[])`))
    .groupBy(chats.userId)
    .prepare('client_sums'),
)
