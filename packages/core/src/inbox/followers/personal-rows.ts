import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { ChatRow } from '@deskbell/db/queries/chats/chat-rows'
import { readReadCounts, readSharedRows } from '@deskbell/db/queries/inbox'
import type { Executor } from '@deskbell/db/transaction'
import { chatView } from '../../domain/chat-view.ts'

/** The row of one chat and the read counts of all users, from which the row of any user is made. */
export type PersonalRow = { row: ChatRow; readCounts: ReadonlyMap<UserId, number> }

/**
 * Needs two queries, however many readers there are. It reads the marks first: a count that is older than its row may
 * show too many unread messages, until the hint of that mark corrects it. A newer count could make `unread` negative.
 */
export async function readPersonalRows(executor: Executor, chatIds: readonly ChatId[]): Promise<PersonalRow[]> {
  if (chatIds.length === 0) return []
  const counts = new Map<ChatId, Map<UserId, number>>(chatIds.map((chatId) => [chatId, new Map()]))
  for (const { chatId, userId, readCount } of await readReadCounts(executor, chatIds)) {
    counts.get(chatId)?.set(userId, readCount)
  }
  const rows = await readSharedRows(executor, chatIds)
  return rows.map((row) => ({ row, readCounts: counts.get(row.id) ?? new Map() }))
}

export function personalView({ row, readCounts }: PersonalRow, asker: Pick<Actor, 'userId' | 'role'>): Chat {
  return chatView({ ...row, ownReadCount: readCounts.get(asker.userId) ?? null }, asker.role)
}

/** The row as operators without an own mark in the chat see it. */
export function sharedView({ row }: PersonalRow): Chat {
  return chatView({ ...row, ownReadCount: null }, 'operator')
}
