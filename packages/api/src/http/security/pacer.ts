/**
 * Lets calls begin one each interval, so that hundreds that arrive at once leave the event loop to messages in between. A
 * call that comes alone does not wait. When so many wait, a further one begins at once: of a flood most callers would have
 * gone before their turn, and come again.
 */
export class Pacer {
  readonly #intervalMs: number
  readonly #waitingMax: number
  readonly #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  constructor({ intervalMs, waitingMax }: { intervalMs: number; waitingMax: number }) {
    this.#intervalMs = intervalMs
    this.#waitingMax = waitingMax
  }

  /** Resolves when the call may begin. Those that wait begin in their order. */
  async enter(): Promise<void> {
    if (this.#waiting.length >= this.#waitingMax) return
    if (this.#timer !== undefined) return await new Promise((resolve) => this.#waiting.push(resolve))
    this.#timer = setTimeout(() => this.#next(), this.#intervalMs)
  }

  #next(): void {
    const begin = this.#waiting.shift()
    this.#timer = begin && setTimeout(() => this.#next(), this.#intervalMs)
    begin?.()
  }
}
