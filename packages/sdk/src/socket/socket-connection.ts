import { closeCodes, finalCloseCodes } from '@deskbell/contract/close-codes'
import { clientPingMs, clientPongMs } from '@deskbell/contract/limits'
import { createWSClient, type TRPCWebSocketClient } from '@trpc/client'
import { isOffline } from '../base/page.ts'
import { pause, retryDelayMs } from '../base/retry.ts'
import { createStore, type Store } from '../base/store.ts'
import { ConnectionScope, isSocketBlocked, socketAgainMs, unworkedPatienceMs } from './connection-scope.ts'
import { type ConnectionEvent, type ConnectionState, type EndReason, nextConnectionState } from './connection-state.ts'
import { observeSockets, probeSocket } from './observed-socket.ts'

export type SocketConnectionOptions = {
  /** The address of the next socket. */
  url: () => string
  /** Reports whether a session may exist. Without one no socket is opened at all. */
  hasSession: () => boolean
  /** Sent after the upgrade; null when the browser's cookie carries the session. */
  connectionParams: (() => { token: string }) | null
  WebSocket: typeof WebSocket
  random: () => number
  /** Asks the server over HTTP why a socket failed. */
  askServer: () => Promise<ServerAnswer>
  /** Prepares the transport over HTTP. Null: never use it. */
  prepareHttp: (() => Promise<void>) | null
}

/** How long a ping may stay without an answer: after waking, and on a new socket, which may be slow. */
const wakePongMs = 3_000
const openPongMs = 6_000
/** The browser reports no network: only a server on the same machine still answers, and that at once. */
const offlinePongMs = 500
/** How long an upgrade may stay without an answer once an immediate attempt is requested. */
const hurriedOpenMs = 1_500

/** The server answers and knows the session, does not answer, or says why the session has ended. */
export type ServerAnswer = 'alive' | 'silent' | EndReason

/**
 * The one socket of a program: opened when first needed, reopened when lost, ended when the session has ended. Where
 * sockets fail while the server answers over HTTP, the connection is online over HTTP, and tries the socket from time to
 * time.
 *
 * tRPC's client resubscribes and moves requests between sockets well. But it waits without jitter, resets its backoff
 * as soon as a socket opens, reconnects after every close code, and its waits cannot be cut short. So its own delay is
 * 0, and the wait happens here, in the callback that returns the address.
 */
export class SocketConnection {
  readonly state: Store<ConnectionState>
  readonly #options: SocketConnectionOptions
  readonly #store = createStore<ConnectionState>({ kind: 'idle' })
  #scope: ConnectionScope | null = null
  /** `#worked`: a socket has worked on this network. `#blocked`: sockets were given up. */
  #worked = false
  #blocked = false

  constructor(options: SocketConnectionOptions) {
    this.#options = options
    this.state = this.#store
  }

  /** Returns the socket client for the next call, created if necessary; null when the connection has ended. */
  socket(): TRPCWebSocketClient | null {
    if (!this.#options.hasSession()) this.end('unauthenticated')
    if (this.#store.getSnapshot().kind === 'ended') return null
    this.#scope ??= this.#openScope()
    return this.#scope.client
  }

  /** Reports whether a socket is open, so that calls may have been sent. */
  isOpen(): boolean {
    return (this.#scope?.sockets.size ?? 0) > 0
  }

  /**
   * Connects at once: ends a wait, and closes an upgrade without an answer. The backoff starts over, because something
   * has changed.
   */
  retryNow(): void {
    const scope = this.#scope
    if (scope === null) return
    if (scope.attempt !== null) scope.attempt = 0
    scope.pause?.cut()
    for (const [socket, since] of scope.opening) this.#hurryOpening(scope, { socket, since })
  }

  /** A recent upgrade may still be answered. */
  #hurryOpening(scope: ConnectionScope, { socket, since }: { socket: WebSocket; since: number }): void {
    const giveUp = () => {
      if (!scope.opening.has(socket)) return
      scope.hurries = true
      socket.close()
    }
    setTimeout(giveUp, Math.max(0, since + hurriedOpenMs - performance.now()))
  }

  /** The machine may have slept or changed its network: connects at once, or probes the open socket. */
  wake({ newNetwork = false }: { newNetwork?: boolean } = {}): void {
    const scope = this.#scope
    if (newNetwork) this.#worked = false
    if (scope?.overHttp) this.#leaveHttp(scope)
    this.retryNow()
    this.probe()
  }

  /** Checks whether the open socket is alive. It has less time to answer while the browser is offline. */
  probe(): void {
    const pongMs = isOffline() ? offlinePongMs : wakePongMs
    for (const socket of this.#scope?.sockets ?? []) probeSocket(socket, pongMs)
  }

  /**
   * HTTP has broken: tries the socket and HTTP again, after a random wait, because others have lost it at this moment
   * too.
   */
  httpLost(): void {
    const scope = this.#scope
    if (!scope?.overHttp) return
    this.#leaveHttp(scope)
    const delayMs = retryDelayMs(scope.httpLosses, this.#options.random)
    scope.httpLosses += 1
    scope.lookTimer = setTimeout(() => {
      if (scope.pause === null) void this.#askServer(scope)
      else scope.pause.cut()
    }, delayMs)
  }

  /** Drops the scope of the old session, because another one begins. */
  renew(): void {
    this.#dropScope()
    this.#apply({ t: 'renewed' })
  }

  end(reason: EndReason): void {
    this.#apply({ t: 'ended', reason })
    this.#dropScope()
  }

  #openScope(): ConnectionScope {
    const scope = new ConnectionScope()
    const { connectionParams } = this.#options
    scope.client = createWSClient({
      url: () => this.#beforeAttempt(scope),
      ...(connectionParams && { connectionParams }),
      WebSocket: observeSockets(this.#options.WebSocket, {
        made: (socket) => void scope.opening.set(socket, performance.now()),
        opened: (socket) => this.#opened(scope, socket),
        received: (socket, data) => this.#received(scope, { socket, data }),
        closed: (socket, code) => this.#closed(scope, { socket, code }),
      }),
      retryDelayMs: () => 0,
      keepAlive: { enabled: true, intervalMs: clientPingMs, pongTimeoutMs: clientPongMs },
    })
    return scope
  }

  async #beforeAttempt(scope: ConnectionScope): Promise<string> {
    // The client calls this while it is being created; listeners of the state may need it complete.
    await Promise.resolve()
    await this.#waitForTurn(scope)
    if (scope.dropped) throw new Error('The connection has ended.')
    this.#applyIn(scope, { t: 'attempting' })
    this.#watchTrouble(scope)
    return this.#options.url()
  }

  async #waitForTurn(scope: ConnectionScope): Promise<void> {
    const hurries = scope.hurries
    scope.hurries = false
    if (scope.attempt !== null && !hurries && (scope.overHttp || !scope.isAskedToMove())) {
      const { random } = this.#options
      const delayMs = scope.overHttp ? socketAgainMs(random) : retryDelayMs(scope.attempt, random)
      this.#applyIn(scope, { t: 'waiting', attempt: scope.attempt, retryAt: Date.now() + delayMs })
      scope.pause = pause(delayMs)
      await scope.pause.over
      scope.pause = null
    }
    scope.attempt = (scope.attempt ?? -1) + 1
  }

  #opened(scope: ConnectionScope, socket: WebSocket): void {
    scope.opening.delete(socket)
    if (scope.dropped) {
      socket.close()
      return
    }
    scope.sockets.add(socket)
    // An intermediary may let the upgrade through, and then nothing more.
    if (this.#options.prepareHttp !== null) setTimeout(() => probeSocket(socket, openPongMs), 0)
    if (!scope.overHttp) this.#applyIn(scope, { t: 'opened', via: 'socket' })
  }

  #received(scope: ConnectionScope, { socket, data }: { socket: WebSocket; data: unknown }): void {
    if (scope.dropped) return
    scope.received(socket, data)
    if (!scope.sockets.has(socket)) return
    this.#worked = true
    this.#blocked = false
    if (!scope.overHttp && scope.troubleSince === null) return
    scope.works()
    scope.overHttp = false
    this.#applyIn(scope, { t: 'opened', via: 'socket' })
  }

  #closed(scope: ConnectionScope, { socket, code }: { socket: WebSocket; code: number }): void {
    scope.opening.delete(socket)
    scope.sockets.delete(socket)
    if (scope.dropped) return
    if (finalCloseCodes.has(code)) {
      this.end(endReasonOf(code))
      return
    }
    if (scope.sockets.size === 0 && !scope.overHttp) this.#applyIn(scope, { t: 'lost' })
    if (!scope.receivedOn.delete(socket)) scope.failures += 1
    if (!scope.acceptedBy.delete(socket)) void this.#askServer(scope)
  }

  /** An attempt begins. If nobody refuses it, only a timer shows that it failed. */
  #watchTrouble(scope: ConnectionScope): void {
    if (scope.sockets.size > 0 || scope.overHttp) return
    scope.troubleSince ??= performance.now()
    if (this.#options.prepareHttp === null) return
    if (this.#blocked) void this.#askServer(scope)
    clearTimeout(scope.lookTimer)
    scope.lookTimer = setTimeout(() => void this.#askServer(scope), unworkedPatienceMs)
  }

  /** A browser never reveals the status of a refused upgrade, so a call over HTTP finds it out. */
  async #askServer(scope: ConnectionScope): Promise<void> {
    if (scope.asking) return
    scope.asking = true
    const answer = await this.#options.askServer()
    scope.asking = false
    if (answer === 'silent' || scope.dropped || scope.receivedOn.size > 0) return
    if (answer !== 'alive') this.end(answer)
    else await this.#considerHttp(scope)
  }

  async #considerHttp(scope: ConnectionScope): Promise<void> {
    const { prepareHttp } = this.#options
    if (prepareHttp === null || scope.overHttp || scope.troubleSince === null) return
    const forMs = performance.now() - scope.troubleSince
    const { failures } = scope
    if (!isSocketBlocked({ failures, forMs, worked: this.#worked, blocked: this.#blocked })) return
    try {
      await prepareHttp()
    } catch {
      return
    }
    if (scope.dropped || scope.overHttp || scope.receivedOn.size > 0) return
    this.#goOverHttp(scope)
  }

  #goOverHttp(scope: ConnectionScope): void {
    scope.works()
    scope.overHttp = true
    this.#blocked = true
    scope.attempt = 0
    // Calls that wait for these sockets would wait for ever.
    for (const socket of scope.sockets) socket.close()
    this.#applyIn(scope, { t: 'opened', via: 'http' })
  }

  #leaveHttp(scope: ConnectionScope): void {
    scope.overHttp = false
    scope.troubleSince = performance.now()
    this.#applyIn(scope, { t: 'lost' })
  }

  #applyIn(scope: ConnectionScope, event: ConnectionEvent): void {
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

function endReasonOf(code: number): EndReason {
  if (code === closeCodes.unauthenticated) return 'unauthenticated'
  return code === closeCodes.forbidden ? 'forbidden' : 'protocol'
}
