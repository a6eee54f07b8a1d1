export type GatheringOptions = {
  /** Does what was gathered until now: takes it before the first `await`, because what comes later is for another run. */
  run: () => Promise<void>
  /** Called with the error of a failed run. Without a new request there is no further run. */
  onError?: (error: unknown) => void
  /** So many runs at the same time. Default: 1. */
  runsMax?: number
  /** A run starts so long after the first request for it, in milliseconds. Default: 0, which is in the same turn. */
  delayMs?: number
  /** From the start of a run to the start of the next, in milliseconds. Default: 0. */
  gapMs?: number
}

/**
 * Gathers work while earlier work runs. The owner keeps what is to be done, and asks for a run after each addition. If
 * nothing runs, the run starts at once; otherwise all that comes meanwhile shares the next one. So work that comes alone
 * does not wait, and a thousand callers cause a few runs.
 */
export class Gathering {
  readonly #options: GatheringOptions
  readonly #runs = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #isRequested = false
  #isStarting = false
  #isStopped = false
  #startedAt = Number.NEGATIVE_INFINITY

  constructor(options: GatheringOptions) {
    this.#options = options
  }

  /** Asks for a run that begins after this call. May be called often. Does nothing after `stop`. */
  request(): void {
    if (this.#isStopped) return
    this.#isRequested = true
    this.#schedule()
  }

  /** Drops the request for a run that has not started. */
  cancel(): void {
    this.#isRequested = false
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Does at once what was requested, without the delay. Resolves when that, and all that ran before, has ended. */
  async flush(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs)
    if (!this.#isRequested) return
    this.#start()
    await Promise.all(this.#runs)
  }

  /** Flushes, and does nothing any more. What a run requests after the flush is dropped. */
  async stop(): Promise<void> {
    await this.flush()
    this.#isStopped = true
    this.cancel()
    await Promise.all(this.#runs)
  }

  #schedule(): void {
    const { runsMax = 1, delayMs = 0, gapMs = 0 } = this.#options
    if (!this.#isRequested || this.#isStarting || this.#timer !== undefined || this.#runs.size >= runsMax) return
    const waitMs = delayMs === 0 && gapMs === 0 ? 0 : Math.max(delayMs, this.#startedAt + gapMs - performance.now())
    if (waitMs <= 0) {
      this.#isStarting = true
      // At the end of the turn, so that what comes in the same turn is gathered too.
      queueMicrotask(() => {
        this.#isStarting = false
        if (this.#isRequested && this.#runs.size < runsMax) this.#start()
      })
    } else this.#timer = setTimeout(() => this.#start(), waitMs).unref()
  }

  #start(): void {
    this.cancel()
    this.#startedAt = performance.now()
    const run = this.#run().finally(() => {
      this.#runs.delete(run)
      this.#schedule()
    })
    this.#runs.add(run)
  }

  async #run(): Promise<void> {
    try {
      await this.#options.run()
    } catch (error) {
      this.#options.onError?.(error)
    }
  }
}
