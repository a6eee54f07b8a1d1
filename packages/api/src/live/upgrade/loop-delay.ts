const tickMs = 25
/** Decay of a past delay per tick: less than half is left after 0.1 s. Work that arrived meanwhile is still queued. */
const kept = 0.8

/** Measures the delay of the event loop. */
export class LoopDelay {
  #dueAt = performance.now() + tickMs
  #delayMs = 0
  readonly #timer = setInterval(() => this.#tick(), tickMs).unref()

  /** The delay in milliseconds. A tick that is overdue counts before it runs. */
  get ms(): number {
    return Math.max(this.#delayMs, performance.now() - this.#dueAt)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const now = performance.now()
    this.#delayMs = Math.max(now - this.#dueAt, this.#delayMs * kept)
    this.#dueAt = now + tickMs
  }
}
