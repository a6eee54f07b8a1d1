import type { Chat } from '@deskbell/contract/chats'

/** Most recent activity first, then the newer chat: the order of the server's lists. */
export function compareChats(left: Chat, right: Chat): number {
  const byActivity = activityMs(right) - activityMs(left)
  return byActivity === 0 ? right.id - left.id : byActivity
}

/** A row is compared many times and stays the same object until it changes, so its time is read once. */
const readTimes = new WeakMap<Chat, number>()

function activityMs(chat: Chat): number {
  const known = readTimes.get(chat)
  if (known !== undefined) return known
  const time = Date.parse(activityOf(chat))
  readTimes.set(chat, time)
  return time
}

/**
 * All rows in order, from the order in which they stood before. Few rows move at a time, and sorting what is nearly in
 * order takes one comparison for each row.
 */
export function orderChats(rows: ReadonlyMap<number, Chat>, before: readonly Chat[]): Chat[] {
  const known = new Set<number>()
  const ordered = before.flatMap(({ id }) => {
    known.add(id)
    return rows.get(id) ?? []
  })
  for (const chat of rows.values()) if (!known.has(chat.id)) ordered.push(chat)
  return ordered.sort(compareChats)
}

/** A chat without messages stands where its beginning puts it. */
export function activityOf(chat: Chat): string {
  return chat.lastMessageAt ?? chat.createdAt
}
