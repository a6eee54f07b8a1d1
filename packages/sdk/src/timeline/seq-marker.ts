import { errorCode, isRetryable, retryAfterMs } from '../base/errors.ts'
import { retryDelayMs } from '../base/retry.ts'

/** At most one call in this time, in milliseconds. */
const paceMs = 1_000

export type SeqMarkerOptions = { tell: (seq: number) => Promise<void>; random: () => number }

/**
 * Reports to the server how far the chat was read or delivered: only forwards, not too often, and again when a call is
 * lost.
 */
export class SeqMarker {
  readonly #options: SeqMarkerOptions
  #wanted = 0
  /** The highest mark that a call carries or carried. */
  #asked = 0
  #told = 0
  #attempt = 0
  #resting = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(options: SeqMarkerOptions) {
    this.#options = options
  }

  mark(seq: number): void {
    if (seq <= this.#wanted) return
    this.#wanted = seq
    this.#flush()
  }

  /** Sends a pending mark at once, and then nothing more. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    if (this.#wanted > this.#asked) void this.#attemptTo(this.#wanted)
  }

  #flush(): void {
    if (this.#stopped || this.#resting || this.#wanted <= this.#told) return
    this.#resting = true
    void this.#tell(this.#wanted)
  }

  async #tell(seq: number): Promise<void> {
    const restMs = await this.#attemptTo(seq)
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#resting = false
      this.#flush()
    }, restMs)
  }

  /** Returns the milliseconds to wait after the call. A mark whose error is not retryable is not sent again. */
  async #attemptTo(seq: number): Promise<number> {
    this.#asked = seq
    try {
      await this.#options.tell(seq)
    } catch (error) {
      if (isRetryable(errorCode(error))) {
        this.#attempt += 1
        return Math.max(paceMs, retryAfterMs(error), retryDelayMs(this.#attempt, this.#options.random))
      }
    }
    this.#told = seq
    this.#attempt = 0
    return paceMs
  }
}
