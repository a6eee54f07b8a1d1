/** A stream that can be woken to write its next frames. */
export type Wakeable = { flush(): void }

/**
 * After this many streams other work runs: three thousand followers of one chat must not delay all calls. Fewer at first,
 * because the answers to the senders leave behind the first of them. Each return to the loop costs some microseconds.
 */
const firstSliceMax = 64
const sliceMax = 1_024

/**
 * Streams that were woken, each once. They write in a later turn of the event loop, so entries that arrive together
 * leave in one frame, behind the answers to the senders.
 */
export class WakeQueue {
  readonly #woken = new Set<Wakeable>()
  #scheduled = false

  add(stream: Wakeable): void {
    this.#woken.add(stream)
    if (!this.#scheduled) this.#schedule(firstSliceMax)
  }

  forget(stream: Wakeable): void {
    this.#woken.delete(stream)
  }

  #schedule(streamsMax: number): void {
    this.#scheduled = true
    setImmediate(() => this.#run(streamsMax))
  }

  #run(streamsMax: number): void {
    this.#scheduled = false
    let left = streamsMax
    for (const stream of this.#woken) {
      this.#woken.delete(stream)
      stream.flush()
      left -= 1
      if (left === 0) break
    }
    if (this.#woken.size > 0 && !this.#scheduled) this.#schedule(sliceMax)
  }
}
