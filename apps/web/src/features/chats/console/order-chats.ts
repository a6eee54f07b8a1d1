import type { Chat } from '@deskbell/contract/chats'
import { type CompareChats, compareChats } from '../chat-order.ts'

/**
 * All rows in order, from the order in which they stood before. Few rows move at a time, and sorting what is nearly in
 * order takes one comparison for each row.
 */
export function orderChats(
  rows: ReadonlyMap<number, Chat>,
  before: readonly Chat[],
  compare: CompareChats = compareChats,
): Chat[] {
  const known = new Set<number>()
  const ordered = before.flatMap(({ id }) => {
    known.add(id)
    return rows.get(id) ?? []
  })
  for (const chat of rows.values()) if (!known.has(chat.id)) ordered.push(chat)
  return ordered.sort(compare)
}
