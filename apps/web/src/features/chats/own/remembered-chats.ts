import type { Chat } from '@deskbell/contract/chats'
import { readRemembered, remember } from '../../../lib/tab-memory.ts'

export function rememberChats(userId: number, chats: readonly Chat[]): void {
  remember(chatsKey(userId), chats)
}

/** One's own chats as this tab knew them last; null when it never did. */
export function rememberedChats(userId: number): readonly Chat[] | null {
  return readRemembered(chatsKey(userId), isChatList)
}

function isChatList(value: unknown): value is readonly Chat[] {
  return Array.isArray(value) && value.every(isChat)
}

function isChat(value: unknown): value is Chat {
  if (typeof value !== 'object' || value === null) return false
  const { id, rev, client } = { id: null, rev: null, client: null, ...value }
  return typeof id === 'number' && typeof rev === 'number' && typeof client === 'object' && client !== null
}

function chatsKey(userId: number): string {
  return `deskbell.chats.${userId}`
}
