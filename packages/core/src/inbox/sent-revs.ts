import type { ChatId } from '@deskbell/contract/ids'

const chatsMax = 10_000

/** Which `rev` of a chat was sent last. Forgets the oldest beyond its bound, which costs a row sent twice. */
export class SentRevs {
  readonly #revs = new Map<ChatId, number>()

  has(chatId: ChatId, rev: number): boolean {
    return (this.#revs.get(chatId) ?? -1) >= rev
  }

  set(chatId: ChatId, rev: number): void {
    this.#revs.delete(chatId)
    this.#revs.set(chatId, rev)
    if (this.#revs.size <= chatsMax) return
    for (const oldest of this.#revs.keys()) {
      this.#revs.delete(oldest)
      break
    }
  }

  clear(): void {
    this.#revs.clear()
  }
}
