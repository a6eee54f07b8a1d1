import type { Chat } from '@deskbell/contract/chats'
import type { TrackedInboxFrame } from './tracked-inbox-frame.ts'

/**
 * One fold makes a frame for operators without an own mark, one for each of the others, and one for clients; and a slow
 * reader is at another cursor.
 */
const framesMax = 16

type SharedFrame = { cursor: string; rows: readonly Chat[]; step: TrackedInboxFrame }

/** Keeps the last frames of rows, for other readers with the same cursor and the same row objects. */
export class SharedRows {
  /** The newest is first. */
  readonly #frames: SharedFrame[] = []

  get(cursor: string, rows: readonly Chat[], make: () => TrackedInboxFrame): TrackedInboxFrame {
    const known = this.#frames.find((frame) => frame.cursor === cursor && isSame(frame.rows, rows))
    if (known !== undefined) return known.step
    const step = make()
    this.#frames.unshift({ cursor, rows, step })
    if (this.#frames.length > framesMax) this.#frames.pop()
    return step
  }
}

function isSame(a: readonly Chat[], b: readonly Chat[]): boolean {
  return a.length === b.length && a.every((row, place) => row === b[place])
}
