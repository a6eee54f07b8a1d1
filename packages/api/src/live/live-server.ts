import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import { frameBytesMax, frameChunksMax, messageFragmentsMax, socketFrameRate } from '@deskbell/contract/limits'
import { toAppError } from '@deskbell/core/app-error'
import type { Core } from '@deskbell/core/context'
import type { Logger } from '@deskbell/core/logger'
import { TimerWheel } from '@deskbell/core/timer-wheel'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { toCallError } from '../call-error.ts'
import { toPublicError } from '../failure-report.ts'
import { answerRaw } from '../http/errors/raw-answer.ts'
import type { AddressConnections } from '../http/security/address-connections.ts'
import type { Peer } from '../http/security/peer.ts'
import { type FixedHeaders, fixedHeaders } from '../http/security/security-headers.ts'
import type { DrainableConnection } from './drain.ts'
import { keepAliveTickMs, type LiveTimings } from './live-timings.ts'
import type { SessionWatch } from './session-watch.ts'
import { FrameBytes } from './sockets/frame-bytes.ts'
import { LiveSocket, type SharedBySockets } from './sockets/live-socket.ts'
import { receive } from './sockets/receive.ts'
import type { SocketContextDeps } from './sockets/socket-context.ts'
import { LoopDelay } from './upgrade/loop-delay.ts'
import {
  type Admission,
  type CheckedUpgrade,
  checkUpgrade,
  type GateOptions,
  signInUpgrade,
} from './upgrade/upgrade-gate.ts'
import { UpgradeQueue } from './upgrade/upgrade-queue.ts'

export type LiveServerOptions = GateOptions & {
  core: Core
  log: Logger
  timings: LiveTimings
  watch: SessionWatch
  connections: AddressConnections
  /** Whether the frames of a socket are limited. */
  rateLimits: boolean
}

/**
 * The WebSocket server. It uses `ws` without an HTTP server of its own, and speaks tRPC's frames.
 *
 *   upgrade → checks (path, host, rate, origin) → queue → session → 101 → first frame where needed → calls and streams
 *
 * docs/decisions/0027 explains why it does not use tRPC's adapter.
 */
export class LiveServer {
  readonly #options: LiveServerOptions
  readonly #wss: WebSocketServer
  readonly #sockets = new Set<LiveSocket>()
  readonly #delay = new LoopDelay()
  readonly #queue: UpgradeQueue
  readonly #requestIds = new WeakMap<IncomingMessage, string>()
  readonly #shared: SharedBySockets
  readonly #keepAlive: TimerWheel
  readonly #calls: SocketContextDeps
  readonly #headers: FixedHeaders
  #draining = false

  constructor(options: LiveServerOptions) {
    this.#options = options
    const { core, limits, timings } = options
    this.#headers = fixedHeaders(options)
    this.#calls = { core, addresses: options, onSignIn: this.#onSignIn, limits }
    this.#queue = new UpgradeQueue(timings.admission)
    this.#shared = {
      timings,
      work: this.#queue,
      frameRate: options.rateLimits ? socketFrameRate : null,
      bytes: new FrameBytes(),
      streamFailure: ({ requestId, path, cause }) =>
        toCallError(toPublicError({ ctx: { core, requestId }, path }, cause)),
    }
    this.#keepAlive = new TimerWheel({ tickMs: keepAliveTickMs(timings), spanMs: timings.pingMs })
    // The types of `ws` lack `closeTimeout`.
    const socketOptions: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      // `ws` would end the connection of a peer that sends sixty pings at once. Pings count as frames here.
      autoPong: false,
      maxPayload: frameBytesMax,
      maxFragments: messageFragmentsMax,
      maxBufferedChunks: frameChunksMax,
      perMessageDeflate: false,
      closeTimeout: timings.closeMs,
      // No subprotocol is supported.
      handleProtocols: () => false,
    }
    this.#wss = new WebSocketServer(socketOptions)
    this.#wss.on('headers', (headers, request) => {
      headers.push(`X-Request-Id: ${this.#requestIds.get(request) ?? ''}`)
    })
  }

  /** Handles `upgrade` of the HTTP server. Never rejects: a refused connection gets a response and is closed. */
  async upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> {
    const startedAt = performance.now()
    const requestId = flatUuid()
    this.#requestIds.set(request, requestId)
    // The connection may break during the admission. Without a listener, its error would end the process.
    connection.on('error', destroy)
    let status = 101
    try {
      this.#assertAccepting()
      this.#options.connections.admit(request, connection)
      const checked = checkUpgrade(this.#options, request)
      await this.#queue.enter(checked.peer.address, connection)
      await this.#admit({ request, connection, head, requestId, checked })
    } catch (cause) {
      status = answerRaw(connection, toAppError(cause), { requestId, headers: this.#headers })
    }
    const ms = Math.round(performance.now() - startedAt)
    this.#options.log.info({ method: request.method, route: 'upgrade', status, ms, requestId }, 'request')
  }

  /** Number of upgrades that wait to be admitted. */
  get waitingUpgrades(): number {
    return this.#queue.waiting
  }

  /** Number of sockets, including those whose close is not finished. */
  get openSockets(): number {
    return this.#sockets.size
  }

  /** Number of sockets whose close has begun and is not finished. */
  get closingSockets(): number {
    return [...this.#sockets].filter(({ ws }) => ws.readyState === ws.CLOSING).length
  }

  /** Refuses new sockets from now on. */
  refuse(): void {
    this.#draining = true
    this.#queue.close()
  }

  *connections(): Generator<DrainableConnection> {
    for (const socket of this.#sockets) yield lineOf(socket)
  }

  close(): void {
    this.refuse()
    for (const { ws } of this.#sockets) ws.terminate()
    this.#delay.stop()
    this.#keepAlive.stop()
    this.#wss.close()
  }

  /** Refuses sockets while the event loop is late, so that it can catch up. Clients retry a moment later. */
  #assertAccepting(): void {
    if (this.#draining || this.#delay.ms > this.#options.timings.behindMs) throw new AppError('unavailable')
  }

  async #admit({ request, connection, head, requestId, checked }: AdmittedUpgrade): Promise<void> {
    let releaseSocket: Admission['releaseSocket'] = null
    try {
      const admission = await signInUpgrade(this.#options, checked)
      releaseSocket = admission.releaseSocket
      if (this.#draining) throw new AppError('unavailable')
      this.#wss.handleUpgrade(request, connection, head, (ws) => {
        releaseSocket = null
        this.#open(ws, request.socket, { ...admission, requestId, peer: checked.peer })
      })
    } finally {
      // No socket was opened, also when the connection broke meanwhile.
      releaseSocket?.()
      this.#queue.finished()
    }
  }

  #open(ws: WebSocket, duplex: Socket, { peer, signIn, releaseSocket, requestId }: OpenedUpgrade): void {
    const { timings } = this.#options
    const { address, host } = peer
    const socket = new LiveSocket(this.#shared, { ws, duplex, requestId, address, host, signIn })
    this.#sockets.add(socket)
    this.#keepAlive.add(socket, timings.pingMs)
    // Added before any frame is read. Without a listener, the error of a broken frame would end the process.
    ws.on('error', this.#onError)
    ws.on('close', (code) => this.#onSocketClosed(socket, code))
    if (signIn.state === 'done' && releaseSocket !== null) this.#signedIn(socket, signIn.actor, releaseSocket)
    ws.on('ping', (payload) => socket.admitFrames(1) && socket.answerPing(payload))
    ws.on('pong', () => socket.admitFrames(1))
    receive(this.#calls, socket, timings.signInMs)
  }

  readonly #onError = (error: Error): void => this.#options.log.debug({ err: error }, 'socket error')

  readonly #onSignIn = (socket: LiveSocket, actor: Actor): void =>
    this.#signedIn(socket, actor, this.#options.limits.acquireSocket(actor.userId))

  #signedIn(socket: LiveSocket, actor: Actor, releaseSocket: () => void): void {
    const { core, watch } = this.#options
    watch.add(actor.sessionId, socket)
    const leavePresence = core.presence.enter(actor)
    socket.leave = () => {
      releaseSocket()
      watch.remove(actor.sessionId, socket)
      leavePresence()
    }
  }

  #onSocketClosed(socket: LiveSocket, code: number): void {
    socket.onClosed()
    this.#keepAlive.remove(socket)
    this.#sockets.delete(socket)
    this.#options.log.debug({ requestId: socket.requestId, code }, 'socket closed')
  }
}

type AdmittedUpgrade = {
  request: IncomingMessage
  connection: Duplex
  head: Buffer
  requestId: string
  checked: CheckedUpgrade
}

type OpenedUpgrade = Admission & { requestId: string; peer: Peer }

/** tRPC's request to open another connection and then close this one. Calls in flight finish on the old one. */
const moveFrame = JSON.stringify({ id: null, method: 'reconnect' })

/** Copies the UUID, because Node concatenates it from many pieces that stay in memory as long as the string. */
function flatUuid(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1')
}

/** One function for all connections, so that none needs a closure. */
function destroy(this: Duplex): void {
  this.destroy()
}

function lineOf(socket: LiveSocket): DrainableConnection {
  const { ws, calls } = socket
  return {
    move: () => socket.send(moveFrame),
    waitingBytes: () => ws.bufferedAmount,
    isBusy: () => calls.calls > 0 && socket.isOpen,
    close: () => ws.close(closeCodes.restart),
    cut: () => ws.terminate(),
  }
}
