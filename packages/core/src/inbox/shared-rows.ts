import type { Chat } from '@deskbell/contract/chats'
import type { InboxStep } from './inbox-step.ts'

/** The last rows that somebody was sent, for the next reader at the same place who is sent the very same. */
export class SharedRows {
  #cursor = ''
  #rows: readonly Chat[] = []
  #step: InboxStep | null = null

  get(cursor: string, rows: readonly Chat[], make: () => InboxStep): InboxStep {
    const isSame = this.#cursor === cursor && this.#rows.length === rows.length
    if (isSame && this.#step !== null && rows.every((row, place) => row === this.#rows[place])) return this.#step
    const step = make()
    this.#cursor = cursor
    this.#rows = rows
    this.#step = step
    return step
  }
}
