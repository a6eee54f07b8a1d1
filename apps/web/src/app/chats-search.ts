/** What `/chats/{user_id}?…` shows. */
export type ChatsSearch = {
  /** The open chat; `new`: the composer that makes one. */
  readonly chat?: number | 'new'
  /** On a phone: the client's list in place of the chat. */
  readonly list?: true
}

/** Anything else in the address is ignored. */
export function parseChatsSearch(search: Record<string, unknown>): ChatsSearch {
  const { chat, list } = search
  return {
    ...(chat === 'new' || (typeof chat === 'number' && Number.isSafeInteger(chat) && chat > 0) ? { chat } : {}),
    ...(list === true ? { list } : {}),
  }
}
