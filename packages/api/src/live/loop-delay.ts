const tickMs = 25
/** A long delay is remembered for about a tenth of a second: work that came meanwhile is still waiting. */
const kept = 0.8

/** How late this process is with what it has to do. */
export class LoopDelay {
  #dueAt = performance.now() + tickMs
  #delayMs = 0
  readonly #timer = setInterval(() => this.#tick(), tickMs).unref()

  /** A timer that is overdue counts already. */
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
