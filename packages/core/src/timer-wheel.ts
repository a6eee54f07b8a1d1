/** Something that is due at a time. */
export type WheelTimer = {
  /** Does what is due, and returns in how many milliseconds to call again; null for never. Must not throw. */
  onDue(now: number): number | null
}

/**
 * One timer for thousands of things that are due in seconds and mostly postponed before: a timer for each would cost
 * memory and work, and rarely fire. After Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987).
 *
 * A call is up to two ticks late. It is early only for times beyond the span. The timer stops when the wheel is empty.
 */
export class TimerWheel {
  readonly #tickMs: number
  readonly #slots: Set<WheelTimer>[]
  readonly #places = new Map<WheelTimer, number>()
  #place = 0
  #now = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor({ tickMs, spanMs }: { tickMs: number; spanMs: number }) {
    this.#tickMs = tickMs
    this.#slots = Array.from({ length: Math.ceil(spanMs / tickMs) + 2 }, () => new Set())
  }

  get size(): number {
    return this.#places.size
  }

  /** The time of the last tick, by `performance.now()`: exact enough for times of seconds, and free. */
  get now(): number {
    return this.#now
  }

  /** For a time beyond the span of the wheel `onDue` is called earlier, and must return the rest. */
  add(timer: WheelTimer, inMs: number): void {
    this.remove(timer)
    const ticks = Math.min(Math.ceil(inMs / this.#tickMs) + 1, this.#slots.length - 1)
    const place = (this.#place + ticks) % this.#slots.length
    this.#slots[place]?.add(timer)
    this.#places.set(timer, place)
    if (this.#timer !== undefined) return
    this.#now = performance.now()
    this.#timer = setInterval(() => this.#tick(), this.#tickMs).unref()
  }

  remove(timer: WheelTimer): void {
    const place = this.#places.get(timer)
    if (place === undefined) return
    this.#slots[place]?.delete(timer)
    this.#places.delete(timer)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    this.#place = (this.#place + 1) % this.#slots.length
    const now = performance.now()
    this.#now = now
    for (const timer of this.#slots[this.#place] ?? []) {
      const inMs = timer.onDue(now)
      // `onDue` may have removed it.
      if (!this.#places.has(timer)) continue
      if (inMs === null) this.remove(timer)
      else this.add(timer, inMs)
    }
    if (this.#places.size === 0) this.stop()
  }
}
