import { closeCodes, finalCloseCodes } from '@deskbell/contract/close-codes'
import { clientPingMs, clientPongMs } from '@deskbell/contract/limits'
import { createWSClient, type TRPCWebSocketClient } from '@trpc/client'
import { createStore, type Store } from '../store.ts'
import { type ConnectionEvent, type ConnectionState, type EndReason, nextConnectionState } from './connection-state.ts'
import { observeSockets } from './observed-socket.ts'
import { type Pause, pause } from './pause.ts'
import { retryDelayMs } from './retry-delay.ts'

export type LineOptions = {
  url: string
  /** Is there anything to sign in with? Without it no socket is opened at all. */
  hasSession: () => boolean
  /** Sent after the upgrade; left out when the browser's cookie carries the session. */
  connectionParams: (() => { token: string }) | null
  WebSocket: typeof WebSocket
  random: () => number
  /** Asks the server why a socket did not come up. Null: for no reason that lasts. */
  findEnd: () => Promise<EndReason | null>
}

/** How long a ping after waking may stay without an answer. */
const wakePongMs = 3_000

/**
 * The one socket of a program: opened when first needed, opened again when lost, ended when the session has ended.
 *
 * tRPC's client resubscribes and moves requests between sockets well, but it waits without jitter, starts over as soon
 * as a socket opens, comes back after every close code, and its waits cannot be cut short. So it is told to wait
 * not at all, and the wait happens here, in the callback that gives it the address.
 */
export class Line {
  readonly state: Store<ConnectionState>
  readonly #options: LineOptions
  readonly #store = createStore<ConnectionState>({ kind: 'idle' })
  #scope: Scope | null = null

  constructor(options: LineOptions) {
    this.#options = options
    this.state = this.#store
  }

  /** The socket client for the next call, opened if need be; null when the line has ended. */
  socket(): TRPCWebSocketClient | null {
    if (!this.#options.hasSession()) this.end('unauthenticated')
    if (this.#store.getSnapshot().kind === 'ended') return null
    this.#scope ??= this.#openScope()
    return this.#scope.client
  }

  /** Ends a wait before the next attempt. */
  retryNow(): void {
    this.#scope?.pause?.cut()
  }

  /** The machine may have slept: try at once, or find out whether the socket still lives. */
  wake(): void {
    this.retryNow()
    for (const socket of this.#scope?.sockets ?? []) probe(socket)
  }

  /** Another session begins: drops what belongs to the old one. */
  renew(): void {
    this.#dropScope()
    this.#apply({ t: 'renewed' })
  }

  end(reason: EndReason): void {
    this.#apply({ t: 'ended', reason })
    this.#dropScope()
  }

  #openScope(): Scope {
    const scope = new Scope()
    const { connectionParams } = this.#options
    scope.client = createWSClient({
      url: () => this.#beforeAttempt(scope),
      ...(connectionParams && { connectionParams }),
      WebSocket: observeSockets(this.#options.WebSocket, {
        opened: (socket) => this.#opened(scope, socket),
        received: (socket, data) => scope.received(socket, data),
        closed: (socket, code) => this.#closed(scope, { socket, code }),
      }),
      retryDelayMs: () => 0,
      keepAlive: { enabled: true, intervalMs: clientPingMs, pongTimeoutMs: clientPongMs },
    })
    return scope
  }

  async #beforeAttempt(scope: Scope): Promise<string> {
    // The client asks while it is being made; listeners of the state may need it whole.
    await Promise.resolve()
    if (scope.attempt !== null && !scope.isAskedToMove()) {
      const delayMs = retryDelayMs(scope.attempt, this.#options.random)
      this.#applyIn(scope, { t: 'waiting', attempt: scope.attempt, retryAt: Date.now() + delayMs })
      scope.pause = pause(delayMs)
      await scope.pause.over
      scope.pause = null
    }
    scope.attempt = (scope.attempt ?? -1) + 1
    if (scope.dropped) throw new Error('The connection has ended.')
    this.#applyIn(scope, { t: 'attempting' })
    return this.#options.url
  }

  #opened(scope: Scope, socket: WebSocket): void {
    if (scope.dropped) {
      socket.close()
      return
    }
    scope.sockets.add(socket)
    this.#applyIn(scope, { t: 'opened', via: 'socket' })
  }

  #closed(scope: Scope, { socket, code }: { socket: WebSocket; code: number }): void {
    scope.sockets.delete(socket)
    if (scope.dropped) return
    if (finalCloseCodes.has(code)) {
      this.end(endReasonOf(code))
      return
    }
    if (scope.sockets.size === 0) this.#applyIn(scope, { t: 'lost' })
    if (!scope.proved.delete(socket)) void this.#askForEnd(scope)
  }

  /** A browser never shows the status of a refused upgrade, so a call over HTTP finds out. */
  async #askForEnd(scope: Scope): Promise<void> {
    if (scope.asking) return
    scope.asking = true
    const reason = await this.#options.findEnd().catch(() => null)
    scope.asking = false
    if (reason !== null && !scope.dropped && scope.sockets.size === 0) this.end(reason)
  }

  #applyIn(scope: Scope, event: ConnectionEvent): void {
    if (!scope.dropped) this.#apply(event)
  }

  #apply(event: ConnectionEvent): void {
    this.#store.set(nextConnectionState(this.#store.getSnapshot(), event))
  }

  #dropScope(): void {
    const scope = this.#scope
    this.#scope = null
    scope?.drop()
  }
}

/** What belongs to one session's socket client; events of a dropped one change nothing any more. */
class Scope {
  client: TRPCWebSocketClient | null = null
  /** The open ones: two while one replaces the other. */
  readonly sockets = new Set<WebSocket>()
  /** Only a result shows that the server took this client: it may refuse it after the socket has opened. */
  readonly proved = new Set<WebSocket>()
  /** Index of the next attempt's wait; null before the first attempt, which does not wait. */
  attempt: number | null = null
  pause: Pause | null = null
  asking = false
  dropped = false

  received(socket: WebSocket, data: unknown): void {
    if (this.proved.has(socket) || typeof data !== 'string' || !data.includes('"result":')) return
    this.proved.add(socket)
    this.attempt = 0
  }

  /** A stopping server asks its sockets one after the other, and does not wait long: no jitter, while this one lives. */
  isAskedToMove(): boolean {
    return this.attempt === 0 && this.sockets.size > 0
  }

  drop(): void {
    this.dropped = true
    this.client?.close().catch(() => {})
    this.pause?.cut()
    for (const socket of this.sockets) socket.close()
  }
}

function probe(socket: WebSocket): void {
  if (socket.readyState !== socket.OPEN) return
  const giveUp = setTimeout(() => socket.close(), wakePongMs)
  const done = () => clearTimeout(giveUp)
  socket.addEventListener('message', done, { once: true })
  socket.addEventListener('close', done, { once: true })
  socket.send('PING')
}

function endReasonOf(code: number): EndReason {
  if (code === closeCodes.unauthenticated) return 'unauthenticated'
  return code === closeCodes.forbidden ? 'forbidden' : 'protocol'
}
