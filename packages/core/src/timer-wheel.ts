/** Something that is due at a time. */
export type Wheeled = {
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
  readonly #slots: Set<Wheeled>[]
  readonly #places = new Map<Wheeled, number>()
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
  add(thing: Wheeled, inMs: number): void {
    this.remove(thing)
    const ticks = Math.min(Math.ceil(inMs / this.#tickMs) + 1, this.#slots.length - 1)
    const place = (this.#place + ticks) % this.#slots.length
    this.#slots[place]?.add(thing)
    this.#places.set(thing, place)
    if (this.#timer !== undefined) return
    this.#now = performance.now()
    this.#timer = setInterval(() => this.#tick(), this.#tickMs).unref()
  }

  remove(thing: Wheeled): void {
    const place = this.#places.get(thing)
    if (place === undefined) return
    this.#slots[place]?.delete(thing)
    this.#places.delete(thing)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    this.#place = (this.#place + 1) % this.#slots.length
    const now = performance.now()
    this.#now = now
    for (const thing of this.#slots[this.#place] ?? []) {
      const inMs = thing.onDue(now)
      // `onDue` may have removed it.
      if (!this.#places.has(thing)) continue
      if (inMs === null) this.remove(thing)
      else this.add(thing, inMs)
    }
    if (this.#places.size === 0) this.stop()
  }
}
