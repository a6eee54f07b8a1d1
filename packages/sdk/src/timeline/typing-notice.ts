import { typingRepeatMs } from '@deskbell/contract/limits'

/** Says that somebody writes: at the first keystroke, and again while it goes on, but not at every one. */
export class TypingNotice {
  readonly #tell: () => void
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(tell: () => void) {
    this.#tell = tell
  }

  keystroke(): void {
    const now = performance.now()
    if (now - this.#toldAt < typingRepeatMs) return
    this.#toldAt = now
    this.#tell()
  }

  /** A message has left, which ends the writing for those who look: the next keystroke is news again. */
  sent(): void {
    this.#toldAt = Number.NEGATIVE_INFINITY
  }
}
