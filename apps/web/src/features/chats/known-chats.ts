import type { Chat } from '@deskbell/sdk'
import { type Owner, readRemembered, remember } from '../../lib/device/storage.ts'

/** Orders by most recent activity, then by the newer chat, as the server's lists do. */
export function compareChats(left: Chat, right: Chat): number {
  const byActivity = activityMs(right) - activityMs(left)
  return byActivity === 0 ? right.id - left.id : byActivity
}

export type CompareChats = (left: Chat, right: Chat) => number

/** A row is compared many times and stays the same object until it changes, so its time is parsed once. */
const readTimes = new WeakMap<Chat, number>()

function activityMs(chat: Chat): number {
  const known = readTimes.get(chat)
  if (known !== undefined) return known
  const time = Date.parse(activityOf(chat))
  readTimes.set(chat, time)
  return time
}

/** Returns the time that orders a chat: that of the newest message, or of the creation. */
export function activityOf(chat: Chat): string {
  return chat.lastMessageAt ?? chat.createdAt
}

const rowsMax = 50

/** Stores the newest chats on the device; `open` is stored too, however old it is. */
export function rememberChats(owner: Owner, chats: readonly Chat[], open?: Chat): void {
  const newest = chats.slice(0, rowsMax)
  remember(owner, 'chats', open === undefined || newest.includes(open) ? newest : [...newest, open])
}

/** Returns the chats as this device last stored them; undefined if it has none. */
export function rememberedChats(owner: Owner): readonly Chat[] | undefined {
  return readRemembered(owner, 'chats', isChatList) ?? undefined
}

function isChatList(value: unknown): value is readonly Chat[] {
  return Array.isArray(value) && value.every(isChat)
}

function isChat(value: unknown): value is Chat {
  return typeof Object(value).rev === 'number'
}
