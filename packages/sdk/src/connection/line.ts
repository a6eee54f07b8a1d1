import { closeCodes, finalCloseCodes } from '@deskbell/contract/close-codes'
import { clientPingMs, clientPongMs } from '@deskbell/contract/limits'
import { createWSClient, type TRPCWebSocketClient } from '@trpc/client'
import { createStore, type Store } from '../store.ts'
import { type ConnectionEvent, type ConnectionState, type EndReason, nextConnectionState } from './connection-state.ts'
import { isSocketBlocked, socketAgainMs, unworkedPatienceMs } from './fallback-rule.ts'
import { LineScope } from './line-scope.ts'
import { observeSockets } from './observed-socket.ts'
import { isOffline } from './page-signals.ts'
import { pause } from './pause.ts'
import { probeSocket } from './probe-socket.ts'
import { retryDelayMs } from './retry-delay.ts'

export type LineOptions = {
  url: string
  /** Is there anything to sign in with? Without it no socket is opened at all. */
  hasSession: () => boolean
  /** Sent after the upgrade; left out when the browser's cookie carries the session. */
  connectionParams: (() => { token: string }) | null
  WebSocket: typeof WebSocket
  random: () => number
  /** Asks the server over HTTP why a socket did not come up. */
  askServer: () => Promise<ServerAnswer>
  /** Gets ready to go over HTTP. Null: never. */
  prepareHttp: (() => Promise<void>) | null
}

/** How long a ping may stay without an answer: after waking, and on a new line, which may be a slow one. */
const wakePongMs = 3_000
const openPongMs = 6_000
/** The browser says that there is no network: only a server on the same machine still answers, and that at once. */
const offlinePongMs = 500
/** How long an upgrade may stay without an answer once somebody asks to try at once. */
const hurriedOpenMs = 1_500

/** The server answers and knows the session, says why it has ended, or does not answer. */
export type ServerAnswer = 'alive' | 'silent' | EndReason

/**
 * The one socket of a program: opened when first needed, opened again when lost, ended when the session has ended.
 * Where none comes up while the server answers over HTTP, the line is online that way, and tries the socket now and then.
 *
 * tRPC's client resubscribes and moves requests between sockets well, but it waits without jitter, starts over as soon
 * as a socket opens, comes back after every close code, and its waits cannot be cut short. So it is told to wait
 * not at all, and the wait happens here, in the callback that gives it the address.
 */
export class Line {
  readonly state: Store<ConnectionState>
  readonly #options: LineOptions
  readonly #store = createStore<ConnectionState>({ kind: 'idle' })
  #scope: LineScope | null = null
  /** A socket has worked on this network, or none was let through. */
  #worked = false
  #blocked = false

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

  /** Is a socket open, so that calls may have left by it? */
  isOpen(): boolean {
    return (this.#scope?.sockets.size ?? 0) > 0
  }

  /** Tries at once: ends a wait, and gives up an upgrade that nobody answers. Waits begin anew, as something has changed. */
  retryNow(): void {
    const scope = this.#scope
    if (scope === null) return
    if (scope.attempt !== null) scope.attempt = 0
    scope.pause?.cut()
    for (const [socket, since] of scope.opening) this.#hurryOpening(scope, { socket, since })
  }

  /** A young one may still be answered. */
  #hurryOpening(scope: LineScope, { socket, since }: { socket: WebSocket; since: number }): void {
    const giveUp = () => {
      if (!scope.opening.has(socket)) return
      scope.hurries = true
      socket.close()
    }
    setTimeout(giveUp, Math.max(0, since + hurriedOpenMs - performance.now()))
  }

  /** The machine may have slept, or be in another network: try at once, or find out whether the socket still lives. */
  wake({ newNetwork = false }: { newNetwork?: boolean } = {}): void {
    const scope = this.#scope
    if (newNetwork) this.#worked = false
    if (scope?.overHttp) this.#leaveHttp(scope)
    this.retryNow()
    this.probe()
  }

  /** Finds out whether the open socket still lives. A browser that says that it is offline gets less patience. */
  probe(): void {
    const pongMs = isOffline() ? offlinePongMs : wakePongMs
    for (const socket of this.#scope?.sockets ?? []) probeSocket(socket, pongMs)
  }

  /** What goes over HTTP has broken: try both ways anew, after a wait, because others have lost it at this moment too. */
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

  /** Another session begins: drops what belongs to the old one. */
  renew(): void {
    this.#dropScope()
    this.#apply({ t: 'renewed' })
  }

  end(reason: EndReason): void {
    this.#apply({ t: 'ended', reason })
    this.#dropScope()
  }

  #openScope(): LineScope {
    const scope = new LineScope()
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

  async #beforeAttempt(scope: LineScope): Promise<string> {
    // The client asks while it is being made; listeners of the state may need it whole.
    await Promise.resolve()
    await this.#waitForTurn(scope)
    if (scope.dropped) throw new Error('The connection has ended.')
    this.#applyIn(scope, { t: 'attempting' })
    this.#watchTrouble(scope)
    return this.#options.url
  }

  async #waitForTurn(scope: LineScope): Promise<void> {
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

  #opened(scope: LineScope, socket: WebSocket): void {
    scope.opening.delete(socket)
    if (scope.dropped) {
      socket.close()
      return
    }
    scope.sockets.add(socket)
    // Something between us and the server may let the upgrade through, and then nothing more.
    if (this.#options.prepareHttp !== null) setTimeout(() => probeSocket(socket, openPongMs), 0)
    if (!scope.overHttp) this.#applyIn(scope, { t: 'opened', via: 'socket' })
  }

  #received(scope: LineScope, { socket, data }: { socket: WebSocket; data: unknown }): void {
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

  #closed(scope: LineScope, { socket, code }: { socket: WebSocket; code: number }): void {
    scope.opening.delete(socket)
    scope.sockets.delete(socket)
    if (scope.dropped) return
    if (finalCloseCodes.has(code)) {
      this.end(endReasonOf(code))
      return
    }
    if (scope.sockets.size === 0 && !scope.overHttp) this.#applyIn(scope, { t: 'lost' })
    if (!scope.heard.delete(socket)) scope.failures += 1
    if (!scope.proved.delete(socket)) void this.#askServer(scope)
  }

  /** An attempt begins. One that nobody refuses may only be waited for. */
  #watchTrouble(scope: LineScope): void {
    if (scope.sockets.size > 0 || scope.overHttp) return
    scope.troubleSince ??= performance.now()
    if (this.#options.prepareHttp === null) return
    if (this.#blocked) void this.#askServer(scope)
    clearTimeout(scope.lookTimer)
    scope.lookTimer = setTimeout(() => void this.#askServer(scope), unworkedPatienceMs)
  }

  /** A browser never shows the status of a refused upgrade, so a call over HTTP finds out. */
  async #askServer(scope: LineScope): Promise<void> {
    if (scope.asking) return
    scope.asking = true
    const answer = await this.#options.askServer()
    scope.asking = false
    if (answer === 'silent' || scope.dropped || scope.heard.size > 0) return
    if (answer !== 'alive') this.end(answer)
    else await this.#considerHttp(scope)
  }

  async #considerHttp(scope: LineScope): Promise<void> {
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
    if (scope.dropped || scope.overHttp || scope.heard.size > 0) return
    this.#goOverHttp(scope)
  }

  #goOverHttp(scope: LineScope): void {
    scope.works()
    scope.overHttp = true
    this.#blocked = true
    scope.attempt = 0
    // Calls that wait for these would wait for ever.
    for (const socket of scope.sockets) socket.close()
    this.#applyIn(scope, { t: 'opened', via: 'http' })
  }

  #leaveHttp(scope: LineScope): void {
    scope.overHttp = false
    scope.troubleSince = performance.now()
    this.#applyIn(scope, { t: 'lost' })
  }

  #applyIn(scope: LineScope, event: ConnectionEvent): void {
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
