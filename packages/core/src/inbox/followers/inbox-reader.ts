import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import type { ChatId } from '@deskbell/contract/ids'
import type { InboxCounts } from '@deskbell/contract/inbox'
import { catchUpRowsMax } from '@deskbell/contract/limits'

/**
 * What waits for one reader: the newest row of each changed chat, and the newest counts. A newer row replaces an older
 * one, so a slow reader needs memory for one row per chat. Beyond `catchUpRowsMax` the reader becomes void.
 */
export class InboxReader {
  readonly actor: Actor
  readonly #wake: () => void
  readonly #rows = new Map<ChatId, Chat>()
  #counts: InboxCounts | null = null
  #isVoid = false

  constructor(actor: Actor, wake: () => void) {
    this.actor = actor
    this.#wake = wake
  }

  /** True when rows were dropped or the epoch has changed: the stream must send `reset`. */
  get isVoid(): boolean {
    return this.#isVoid
  }

  get counts(): InboxCounts | null {
    return this.#counts
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0
  }

  offerRow(row: Chat): void {
    if (this.#isVoid) return
    this.#rows.set(row.id, row)
    if (this.#rows.size > catchUpRowsMax) this.void()
    this.#wake()
  }

  offerCounts(counts: InboxCounts): void {
    this.#counts = counts
    this.#wake()
  }

  takeRows(limit: number): Chat[] {
    const taken = [...this.#rows.values()].slice(0, limit)
    for (const { id } of taken) this.#rows.delete(id)
    return taken
  }

  void(): void {
    this.#isVoid = true
    this.#rows.clear()
    this.#wake()
  }
}
