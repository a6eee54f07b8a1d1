/** Something that is looked at from time to time. */
export type Wheeled = {
  /** Does what is due, and answers in how many milliseconds to look again; null for never. Must not throw. */
  onDue(now: number): number | null
}

/**
 * One timer for thousands of things that are due seconds from now and mostly put off before: a timer each costs memory
 * and work, and is nearly never wanted. After Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987).
 *
 * A thing is looked at up to one tick late, never early. The timer stands while the wheel is empty.
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

  /** The time of the last tick: near enough for things that are due in seconds, and free. */
  get now(): number {
    return this.#now
  }

  /** Times beyond the span of the wheel are looked at earlier, and `onDue` says again how long. */
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
      // It may have left the wheel in its own turn.
      if (!this.#places.has(thing)) continue
      if (inMs === null) this.remove(thing)
      else this.add(thing, inMs)
    }
    if (this.#places.size === 0) this.stop()
  }
}
