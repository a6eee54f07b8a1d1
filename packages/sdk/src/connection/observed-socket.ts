/** What an observer hears of one socket. `closed` comes last and once. */
export type SocketObserver = {
  opened(socket: WebSocket): void
  received(socket: WebSocket, data: unknown): void
  closed(socket: WebSocket, code: number): void
}

/** `close` on a dead line waits for an answer that never comes, in browsers up to a minute. */
const closePatienceMs = 1_000

/** No code came: the line broke. */
const brokenCode = 1006

/**
 * A `WebSocket` class whose sockets tell `observer` what happens to them,
 * and whose closing is known soon, also when the other side is gone.
 */
export function observeSockets(Base: typeof WebSocket, observer: SocketObserver): typeof WebSocket {
  return class ObservedSocket extends Base {
    #patience: ReturnType<typeof setTimeout> | undefined

    constructor(...target: ConstructorParameters<typeof WebSocket>) {
      super(...target)
      this.addEventListener('open', () => observer.opened(this))
      this.addEventListener('message', (event) => observer.received(this, event.data))
      const onClose = (event: Event) => {
        clearTimeout(this.#patience)
        observer.closed(this, codeOf(event))
      }
      this.addEventListener('close', onClose, { once: true })
    }

    override close(code?: number, reason?: string): void {
      super.close(code, reason)
      if (this.readyState === this.CLOSED) return
      this.#patience ??= setTimeout(() => this.dispatchEvent(new Event('close')), closePatienceMs)
    }
  }
}

function codeOf(event: Event): number {
  return 'code' in event && typeof event.code === 'number' ? event.code : brokenCode
}
