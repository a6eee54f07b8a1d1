/**
 * Lets calls begin at most one each interval, so that hundreds that arrive at once leave the event loop to messages in
 * between. A call that comes alone does not wait. What waits is bounded by who lets it come here.
 */
export class Pacer {
  readonly #intervalMs: number
  readonly #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** Resolves when the call may begin, in the order of the calls. */
  async enter(): Promise<void> {
    if (this.#timer !== undefined) return await new Promise((resolve) => this.#waiting.push(resolve))
    this.#timer = setTimeout(() => this.#next(), this.#intervalMs)
  }

  #next(): void {
    const begin = this.#waiting.shift()
    this.#timer = begin && setTimeout(() => this.#next(), this.#intervalMs)
    begin?.()
  }
}
