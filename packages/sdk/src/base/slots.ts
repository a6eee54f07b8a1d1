/** Limits holders to `max` at a time; the others wait in order. */
export class CallSlots {
  readonly #max: number
  readonly #waiting = new Set<() => void>()
  #taken = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Reports whether a caller waits for a slot. */
  get areWanted(): boolean {
    return this.#waiting.size > 0
  }

  /** Calls `start` when a slot is free. The returned function releases the slot, or leaves the queue. */
  take(start: () => void): () => void {
    let state: 'waiting' | 'started' | 'done' = 'waiting'
    const begin = () => {
      state = 'started'
      this.#taken += 1
      start()
    }
    if (this.#taken < this.#max) begin()
    else this.#waiting.add(begin)
    return () => {
      this.#waiting.delete(begin)
      if (state === 'started') this.#free()
      state = 'done'
    }
  }

  #free(): void {
    this.#taken -= 1
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    next()
  }
}
