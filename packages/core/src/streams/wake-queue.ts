/** A stream that can be woken to write its next frames. */
export type Wakeable = { flush(): void }

/** After this many streams other work runs: three thousand followers of one chat must not delay the answers and calls. */
const sliceMax = 128

/**
 * Streams that were woken, each once. They write in a later turn of the event loop, so entries that arrive together
 * leave in one frame, behind the answers to the senders.
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
      stream.flush()
      left -= 1
      if (left === 0) break
    }
    if (this.#woken.size > 0) this.#schedule()
  }
}
