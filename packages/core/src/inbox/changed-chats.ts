import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'

/** Why the row of a chat is sent: the chat changed, or only the marks of these users. */
export type Change = { chat: boolean; readers: Map<UserId, Role> }

/** Chats whose rows are to be read soon. Each is in it once, however often it changes. */
export class ChangedChats {
  #changes = new Map<ChatId, Change>()

  get size(): number {
    return this.#changes.size
  }

  add(chatId: ChatId): void {
    this.#of(chatId).chat = true
  }

  addReader(chatId: ChatId, userId: UserId, role: Role): void {
    this.#of(chatId).readers.set(userId, role)
  }

  /** Removes at most `limit` chats and returns them. */
  take(limit: number): Map<ChatId, Change> {
    const taken = new Map([...this.#changes].slice(0, limit))
    for (const chatId of taken.keys()) this.#changes.delete(chatId)
    return taken
  }

  clear(): void {
    this.#changes.clear()
  }

  #of(chatId: ChatId): Change {
    const known = this.#changes.get(chatId)
    if (known !== undefined) return known
    const change: Change = { chat: false, readers: new Map() }
    this.#changes.set(chatId, change)
    return change
  }
}
