import type { Chat } from '@deskbell/contract/chats'

/** Most recent activity first, then the newer chat: the order of the server's lists. */
export function compareChats(left: Chat, right: Chat): number {
  const byActivity = activityMs(right) - activityMs(left)
  return byActivity === 0 ? right.id - left.id : byActivity
}

export type CompareChats = (left: Chat, right: Chat) => number

/** A row is compared many times and stays the same object until it changes, so its time is read once. */
const readTimes = new WeakMap<Chat, number>()

function activityMs(chat: Chat): number {
  const known = readTimes.get(chat)
  if (known !== undefined) return known
  const time = Date.parse(activityOf(chat))
  readTimes.set(chat, time)
  return time
}

/** A chat without messages stands where its beginning puts it. */
export function activityOf(chat: Chat): string {
  return chat.lastMessageAt ?? chat.createdAt
}
