/** Ends a stream from inside when its reader has gone. `pulledFrames` catches it, so no reader sees it. */
export class StreamEnded extends Error {
  override readonly name = 'StreamEnded'
}

/**
 * Everything a stream waits for. Each wait ends when the signal is aborted, because a generator that hangs in an await
 * never runs its `finally`. One abort listener serves the whole stream, and only one wait may run at a time.
 */
export class StreamWait {
  readonly #signal: AbortSignal
  #cancel: (() => void) | null = null
  #endPause: (() => void) | null = null
  #woken = false

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Ends the running pause. Without one, the next pause ends at once. */
  wake(): void {
    this.#woken = true
    this.#endPause?.()
  }

  /** Settles as `work` does, or rejects with `StreamEnded` when the signal is aborted first. */
  until<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#signal.aborted) {
        work.catch(() => undefined)
        reject(new StreamEnded())
        return
      }
      this.#cancel = () => reject(new StreamEnded())
      const settle = (then: () => void) => {
        this.#cancel = null
        then()
      }
      work.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      )
    })
  }

  /** Resolves after `wake`, or rejects with `StreamEnded` when the signal is aborted first. */
  async pause(): Promise<void> {
    if (this.#signal.aborted) throw new StreamEnded()
    if (!this.#woken) await this.#sleep()
    this.#woken = false
  }

  dispose(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  #sleep(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        this.#endPause = null
        this.#cancel = null
        then()
      }
      this.#endPause = () => settle(resolve)
      this.#cancel = () => settle(() => reject(new StreamEnded()))
    })
  }

  readonly #onAbort = (): void => {
    this.#cancel?.()
  }
}
