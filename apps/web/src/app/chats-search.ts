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

function isChatId(text: string): boolean {
  return /^[1-9][0-9]*$/.test(text) && Number.isSafeInteger(Number(text))
}
