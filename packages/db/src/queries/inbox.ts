import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { chatMarks, chats } from '../schema/chats.ts'
import type { Executor } from '../transaction.ts'
import { type ChatRow, selectChatRows } from './chat-rows.ts'
import { highestMark } from './marks.ts'

/** The rows of chats as nobody in particular sees them: without an own mark. */
export function readSharedRows(executor: Executor, chatIds: readonly ChatId[]): Promise<ChatRow[]> {
  return selectChatRows(executor, sql.placeholder('nobody'))
    .where(inArray(chats.id, [...chatIds]))
    .prepare(undefined as never)
    .execute({ nobody: 0 })
}

export type ReadCount = { chatId: ChatId; userId: UserId; role: Role; readCount: number }

/** Everybody's mark in these chats, as counts. */
export function readReadCounts(executor: Executor, chatIds: readonly ChatId[]): Promise<ReadCount[]> {
  return executor
    .select({
      chatId: chatMarks.chatId,
      userId: chatMarks.userId,
      role: chatMarks.role,
      readCount: chatMarks.readCount,
    })
    .from(chatMarks)
    .where(inArray(chatMarks.chatId, [...chatIds]))
}
