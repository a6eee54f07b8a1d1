import type { Chat } from '@deskbell/contract/chats'

/** What the address asks for: a chat, a new one, or nothing in particular. */
export type Asked = number | 'new' | undefined

/**
 * The chat that a client sees: the asked one if it is theirs, else the newest open one, else the newest closed one.
 * Undefined: there is none yet, so a composer that makes one.
 */
export function selectedChat(chats: readonly Chat[], asked: Asked): Chat | undefined {
  if (asked === 'new') return undefined
  return chats.find((chat) => chat.id === asked) ?? chats.find((chat) => chat.status === 'open') ?? chats[0]
}
