import type { TRPCWebSocketClient } from '@trpc/client'
import type { Pause } from './pause.ts'

/** What belongs to one session's socket client; events of a dropped one change nothing any more. */
export class LineScope {
  client: TRPCWebSocketClient | null = null
  /** Those that wait for the answer to their upgrade, and since when. */
  readonly opening = new Map<WebSocket, number>()
  /** The open ones: two while one replaces the other. */
  readonly sockets = new Set<WebSocket>()
  /** Only a result shows that the server took this client: it may refuse it after the socket has opened. */
  readonly proved = new Set<WebSocket>()
  /** Something came through these: nothing between us and the server swallows frames. */
  readonly heard = new Set<WebSocket>()
  /** Index of the next attempt's wait; null before the first attempt, which does not wait. */
  attempt: number | null = null
  pause: Pause | null = null
  /** The next attempt does not wait. */
  hurries = false
  asking = false
  dropped = false
  /** Everything goes over HTTP, and the socket is tried now and then. */
  overHttp = false
  /** Since when no socket works, by the monotonic clock, and how often one did not come up since. */
  troubleSince: number | null = null
  failures = 0
  /** How often HTTP broke since a socket has worked. */
  httpLosses = 0
  lookTimer: ReturnType<typeof setTimeout> | undefined

  received(socket: WebSocket, data: unknown): void {
    this.heard.add(socket)
    if (this.proved.has(socket) || typeof data !== 'string' || !data.includes('"result":')) return
    this.proved.add(socket)
    this.attempt = 0
  }

  /** A stopping server asks its sockets one after the other, and does not wait long: no jitter, while this one lives. */
  isAskedToMove(): boolean {
    return this.attempt === 0 && this.sockets.size > 0
  }

  works(): void {
    clearTimeout(this.lookTimer)
    this.troubleSince = null
    this.failures = 0
  }

  drop(): void {
    this.dropped = true
    clearTimeout(this.lookTimer)
    this.client?.close().catch(() => {})
    this.pause?.cut()
    for (const socket of this.sockets) socket.close()
  }
}
