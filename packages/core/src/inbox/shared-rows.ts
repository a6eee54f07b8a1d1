import type { Chat } from '@deskbell/contract/chats'
import type { InboxStep } from './inbox-step.ts'

/** Keeps the last frame of rows, for other readers with the same cursor and the same row objects. */
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
