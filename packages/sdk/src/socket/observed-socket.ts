import { frameBytesMax, socketBatchMax } from '@deskbell/contract/limits'
import { isOffline } from '../base/page.ts'

/** Observes the events of sockets. `closed` is called last and once. */
export type SocketObserver = {
  made(socket: WebSocket): void
  opened(socket: WebSocket): void
  received(socket: WebSocket, data: unknown): void
  closed(socket: WebSocket, code: number): void
}

/** On a dead connection `close` waits for an answer that never comes, in browsers up to a minute. */
const closePatienceMs = 1_000

/** On a dead connection an upgrade is never answered, and nothing else times it out. */
const openPatienceMs = 10_000

/** No close code was received: the connection broke. */
const brokenCode = 1006

/**
 * A `WebSocket` class whose sockets report their events to `observer`, and do not wait for ever when the other side is
 * gone.
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

    /**
     * Terminates a socket of the package `ws`; in a browser, dispatches the events of a broken socket. Code that waits
     * for it to open handles only the error.
     */
    #giveUp(): void {
      if ('terminate' in this && typeof this.terminate === 'function') {
        this.terminate()
        return
      }
      this.dispatchEvent(new Event('error'))
      this.dispatchEvent(new Event('close'))
    }
  }
}

function codeOf(event: Event): number {
  return 'code' in event && typeof event.code === 'number' ? event.code : brokenCode
}

/** Leaves room for the brackets and for what may surround a frame. */
const batchBytesMax = frameBytesMax - 1024

/**
 * Splits a batch into frames that the server accepts, in order. tRPC's client puts everything that waits into one
 * frame: after an outage this may be more calls or bytes than the server takes, and then it refuses them all.
 */
export function splitBatch(frame: string): string[] {
  if (!frame.startsWith('[')) return [frame]
  const parts: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const call of callsOf(frame)) {
    const callBytes = encoder.encode(call).length + 1
    if (bytes + callBytes > batchBytesMax || (parts.at(-1)?.length ?? 0) >= socketBatchMax) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(call)
    bytes += callBytes
  }
  return parts.map((part) => `[${part.join(',')}]`)
}

const encoder = new TextEncoder()

function callsOf(frame: string): string[] {
  const calls: unknown = JSON.parse(frame)
  return Array.isArray(calls) ? calls.map((call) => JSON.stringify(call)) : [frame]
}

/** Pings an open socket, and closes it when it receives nothing in time. */
export function probeSocket(socket: WebSocket, pongMs: number): void {
  if (socket.readyState !== socket.OPEN) return
  const giveUp = setTimeout(() => socket.close(), pongMs)
  const done = () => {
    clearTimeout(giveUp)
    // Both, because a socket that lives for days is probed often.
    socket.removeEventListener('message', done)
    socket.removeEventListener('close', done)
  }
  socket.addEventListener('message', done)
  socket.addEventListener('close', done)
  socket.send('PING')
}
