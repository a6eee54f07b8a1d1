import type { TRPCWebSocketClient } from '@trpc/client'
import type { Pause } from '../base/retry.ts'

/** The state of one session's socket client. Events of a dropped scope are ignored. */
export class ConnectionScope {
  client: TRPCWebSocketClient | null = null
  /** Sockets whose upgrade has no answer yet, and since when. */
  readonly opening = new Map<WebSocket, number>()
  /** The open sockets: two while one replaces the other. */
  readonly sockets = new Set<WebSocket>()
  /**
   * Sockets that delivered a result. Only that shows that the server accepted this program: it may refuse it after the
   * socket has opened.
   */
  readonly acceptedBy = new Set<WebSocket>()
  /** Sockets that received something: no intermediary swallows their frames. */
  readonly receivedOn = new Set<WebSocket>()
  /** Index of the next attempt's wait; null before the first attempt, which does not wait. */
  attempt: number | null = null
  pause: Pause | null = null
  /** The next attempt does not wait. */
  hurries = false
  asking = false
  dropped = false
  /** Everything goes over HTTP, and the socket is tried from time to time. */
  overHttp = false
  /** Since when no socket works, by the monotonic clock, and how many have failed since. */
  troubleSince: number | null = null
  failures = 0
  /** How often HTTP broke in this scope, for the backoff. */
  httpLosses = 0
  lookTimer: ReturnType<typeof setTimeout> | undefined

  received(socket: WebSocket, data: unknown): void {
    this.receivedOn.add(socket)
    if (this.acceptedBy.has(socket) || typeof data !== 'string' || !data.includes('"result":')) return
    this.acceptedBy.add(socket)
    this.attempt = 0
  }

  /**
   * Reports whether a stopping server asked this socket to move. It asks one after the other and does not wait long, so
   * there is no jitter.
   */
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

/** What is known when a socket fails although the server answers over HTTP. */
export type SocketTrouble = {
  /** How many sockets failed, and for how long none has worked. */
  readonly failures: number
  readonly forMs: number
  /** A socket has worked since the network last changed. */
  readonly worked: boolean
  /** Sockets were given up before, and none has worked since. */
  readonly blocked: boolean
}

export const unworkedFailuresMax = 3
export const unworkedPatienceMs = 5_000
const workedPatienceMs = 30_000

/**
 * Reports whether to switch to HTTP. Where a socket has worked, a server may be restarting, and all its clients over
 * HTTP at once would be worse than a delay; but the machine may also be on another network now.
 */
export function isSocketBlocked({ failures, forMs, worked, blocked }: SocketTrouble): boolean {
  if (blocked) return true
  if (worked) return forMs >= workedPatienceMs
  return failures >= unworkedFailuresMax || forMs >= unworkedPatienceMs
}

const againMs = 60_000

/**
 * While over HTTP: milliseconds before the socket is tried again. With jitter, because a whole office may be behind one
 * proxy.
 */
export function socketAgainMs(random: () => number): number {
  return againMs * (0.75 + random() / 2)
}
