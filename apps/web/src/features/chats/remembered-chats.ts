import type { Chat } from '@deskbell/contract/chats'
import { type Owner, readRemembered, remember } from '../../lib/device-memory.ts'

const rowsMax = 50

/** The newest of them; `open` is kept too, however old it is. */
export function rememberChats(owner: Owner, chats: readonly Chat[], open?: Chat): void {
  const newest = chats.slice(0, rowsMax)
  remember(owner, 'chats', open === undefined || newest.includes(open) ? newest : [...newest, open])
}

/** The chats as this device knew them last; null when it never did. */
export function rememberedChats(owner: Owner): readonly Chat[] | null {
  return readRemembered(owner, 'chats', isChatList)
}

function isChatList(value: unknown): value is readonly Chat[] {
  return Array.isArray(value) && value.every(isChat)
}

function isChat(value: unknown): value is Chat {
  return typeof Object(value).rev === 'number'
}
