/** Whoever can be woken to say what is new. */
export type Wakeable = { speak(): void }

/** After so many others have their turn: three thousand followers of one chat must not hold up everybody's calls. */
const sliceMax = 1_024

/**
 * Streams that have something to say, each once. They speak in the turn after what woke them, so entries that come
 * together leave as one frame, and the answers to the senders go first.
 */
export class WakeQueue {
  readonly #woken = new Set<Wakeable>()
  #scheduled = false

  add(stream: Wakeable): void {
    this.#woken.add(stream)
    this.#schedule()
  }

  forget(stream: Wakeable): void {
    this.#woken.delete(stream)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#run())
  }

  #run(): void {
    this.#scheduled = false
    let left = sliceMax
    for (const stream of this.#woken) {
      this.#woken.delete(stream)
      stream.speak()
      left -= 1
      if (left === 0) break
    }
    if (this.#woken.size > 0) this.#schedule()
  }
}
