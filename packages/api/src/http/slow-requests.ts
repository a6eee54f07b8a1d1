import type { IncomingMessage } from 'node:http'

/**
 * Ends requests whose body does not arrive in time. Node's own limit is one for all requests, and those that carry a part
 * of a file may take longer.
 */
export class SlowRequests {
  readonly #msMax: number
  readonly #end: (request: IncomingMessage) => void
  readonly #begun = new Map<IncomingMessage, number>()
  readonly #timer: NodeJS.Timeout

  constructor({ msMax, checkMs }: { msMax: number; checkMs: number }, end: (request: IncomingMessage) => void) {
    this.#msMax = msMax
    this.#end = end
    this.#timer = setInterval(() => this.#check(), checkMs).unref()
  }

  /** Watches a request that has a body, until it is complete. */
  begun(request: IncomingMessage): void {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
    if (length !== '0' || encoding !== undefined) this.#begun.set(request, performance.now())
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #check(): void {
    const before = performance.now() - this.#msMax
    for (const [request, since] of this.#begun) {
      if (request.complete || request.destroyed) this.#begun.delete(request)
      else if (since < before) {
        this.#begun.delete(request)
        this.#end(request)
      }
    }
  }
}
