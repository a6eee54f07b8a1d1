import { isOffline } from './page-signals.ts'
import { splitBatch } from './split-batch.ts'

/** What an observer hears of one socket. `closed` comes last and once. */
export type SocketObserver = {
  made(socket: WebSocket): void
  opened(socket: WebSocket): void
  received(socket: WebSocket, data: unknown): void
  closed(socket: WebSocket, code: number): void
}

/** `close` on a dead line waits for an answer that never comes, in browsers up to a minute. */
const closePatienceMs = 1_000

/** An upgrade on a dead line is never answered, and nobody else gives it up. */
const openPatienceMs = 10_000

/** No code came: the line broke. */
const brokenCode = 1006

/**
 * A `WebSocket` class whose sockets tell `observer` what happens to them,
 * and which do not wait for ever when the other side is gone.
 */
export function observeSockets(Base: typeof WebSocket, observer: SocketObserver): typeof WebSocket {
  return class ObservedSocket extends Base {
    #opening: ReturnType<typeof setTimeout>
    #closing: ReturnType<typeof setTimeout> | undefined

    constructor(...target: ConstructorParameters<typeof WebSocket>) {
      super(...target)
      observer.made(this)
      this.#opening = setTimeout(() => this.close(), openPatienceMs)
      this.addEventListener('open', () => {
        clearTimeout(this.#opening)
        observer.opened(this)
      })
      this.addEventListener('message', (event) => observer.received(this, event.data))
      const onClose = (event: Event) => {
        clearTimeout(this.#opening)
        clearTimeout(this.#closing)
        observer.closed(this, codeOf(event))
      }
      this.addEventListener('close', onClose, { once: true })
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (typeof data !== 'string') {
        super.send(data)
        return
      }
      for (const frame of splitBatch(data)) super.send(frame)
    }

    override close(code?: number, reason?: string): void {
      super.close(code, reason)
      if (this.readyState !== this.CLOSED)
        this.#closing ??= setTimeout(() => this.#giveUp(), isOffline() ? 0 : closePatienceMs)
    }

    /** What a browser tells when a socket breaks. Those who wait for it to open hear only of the error. */
    #giveUp(): void {
      this.dispatchEvent(new Event('error'))
      this.dispatchEvent(new Event('close'))
    }
  }
}

function codeOf(event: Event): number {
  return 'code' in event && typeof event.code === 'number' ? event.code : brokenCode
}
