/** A timer that is so much late says nothing about the other side: this tab itself stood still. */
const lateMs = 1_000

/** Calls `over` after `ms`, unless it is cleared. After a sleep of this tab itself the time begins anew. */
export class Deadline {
  readonly #ms: number
  readonly #over: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(ms: number, over: () => void) {
    this.#ms = ms
    this.#over = over
  }

  start(): void {
    this.clear()
    const dueAt = performance.now() + this.#ms
    this.#timer = setTimeout(() => (performance.now() > dueAt + lateMs ? this.start() : this.#over()), this.#ms)
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
