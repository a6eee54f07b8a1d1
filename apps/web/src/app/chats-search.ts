import type { Role } from '@deskbell/contract/users'
import type { Path } from '../lib/navigation.ts'

/** What `/chats/{user_id}?…` shows. */
export type ChatsSearch = {
  /** The open chat; `new`: the composer that makes one. */
  readonly chat?: number | 'new'
  /** On a phone: the client's list in place of the chat. */
  readonly list?: true
}

/** Anything else in the address is ignored. */
export function parseChatsSearch(search: string): ChatsSearch {
  const given = new URLSearchParams(search)
  const chat = given.get('chat') ?? ''
  return {
    ...(chat === 'new' ? { chat } : isChatId(chat) ? { chat: Number(chat) } : {}),
    ...(given.get('list') === 'true' ? { list: true } : {}),
  }
}

/** With its question mark; empty when it asks for nothing. */
export function formatChatsSearch({ chat, list }: ChatsSearch): '' | `?${string}` {
  const parts = [...(chat === undefined ? [] : [`chat=${chat}`]), ...(list ? ['list=true'] : [])]
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

export function chatsPath(userId: number, search: ChatsSearch = {}): Path {
  return `/chats/${userId}${formatChatsSearch(search)}`
}

const signInPaths = { client: '/login', operator: '/login-operator' } as const

/**
 * The sign-in page that leads on to what `search` asks for. It carries no address to go to, only the chat: whoever
 * signs in comes to the own page, and no link can lead elsewhere.
 */
export function signInPath(role: Role, search: ChatsSearch = {}): Path {
  return `${signInPaths[role]}${formatChatsSearch(search)}`
}

function isChatId(text: string): boolean {
  return /^[1-9][0-9]*$/.test(text) && Number.isSafeInteger(Number(text))
}
