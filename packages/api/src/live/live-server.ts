import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import { frameBytesMax, socketBatchMax } from '@deskbell/contract/limits'
import { toAppError } from '@deskbell/core/app-error'
import type { Core, Log } from '@deskbell/core/context'
import { getWSConnectionHandler } from '@trpc/server/adapters/ws'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { answerRaw } from '../http/raw-answer.ts'
import { appRouter } from '../router.ts'
import { BackPressure } from './back-pressure.ts'
import { CallCounter } from './call-counter.ts'
import type { Line } from './drain.ts'
import { endSession, type LiveSocket } from './live-socket.ts'
import type { LiveTimings } from './live-timings.ts'
import { LoopDelay } from './loop-delay.ts'
import type { SessionWatch } from './session-watch.ts'
import { createSocketContext } from './socket-context.ts'
import { socketEncoder } from './socket-encoder.ts'
import { sendError } from './socket-error.ts'
import { type Admission, admitUpgrade, type GateOptions } from './upgrade-gate.ts'

export type LiveServerOptions = GateOptions & { core: Core; log: Log; timings: LiveTimings; watch: SessionWatch }

/**
 * The socket: `ws` without a server of its own, behind tRPC's adapter.
 *
 *   upgrade → gate (path, host, origin, rate, session) → 101 → first frame where needed → calls and streams
 *
 * The adapter brings the protocol; limits, back-pressure, ends of sessions and draining are ours.
 */
export class LiveServer {
  readonly #options: LiveServerOptions
  readonly #wss: WebSocketServer
  readonly #sockets = new Set<LiveSocket>()
  readonly #delay = new LoopDelay()
  readonly #requestIds = new WeakMap<IncomingMessage, string>()
  #draining = false

  constructor(options: LiveServerOptions) {
    this.#options = options
    // The types of the library do not know `closeTimeout` yet.
    const socketOptions: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      maxPayload: frameBytesMax,
      perMessageDeflate: false,
      closeTimeout: options.timings.closeMs,
    }
    this.#wss = new WebSocketServer(socketOptions)
    this.#wss.on('headers', (headers, request) => {
      headers.push(`X-Request-Id: ${this.#requestIds.get(request) ?? ''}`)
    })
  }

  /** The listener of the HTTP server's `upgrade`. Never throws and never leaves a connection open by accident. */
  async upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> {
    const startedAt = performance.now()
    const requestId = randomUUID()
    this.#requestIds.set(request, requestId)
    // A peer that goes away while we ask the database must not end the process.
    connection.on('error', () => connection.destroy())
    let status = 101
    try {
      this.#assertTaking()
      const admission = await admitUpgrade(this.#options, request)
      if (this.#draining) throw new AppError('unavailable')
      this.#wss.handleUpgrade(request, connection, head, (ws) => this.#open(ws, request, { ...admission, requestId }))
    } catch (cause) {
      status = answerRaw(connection, toAppError(cause), requestId)
    }
    const ms = Math.round(performance.now() - startedAt)
    this.#options.log.info({ method: request.method, route: 'upgrade', status, ms, requestId }, 'request')
  }

  /** Those that are not closed to the end yet are counted too. */
  get openSockets(): number {
    return this.#sockets.size
  }

  /** Takes no new sockets any more. */
  refuse(): void {
    this.#draining = true
  }

  *lines(): Generator<Line> {
    for (const socket of this.#sockets) yield lineOf(socket)
  }

  close(): void {
    this.refuse()
    for (const { ws } of this.#sockets) ws.terminate()
    this.#delay.stop()
    this.#wss.close()
  }

  /** A process that is behind gets no further behind: who is refused now is let in a moment later. */
  #assertTaking(): void {
    if (this.#draining || this.#delay.ms > this.#options.timings.behindMs) throw new AppError('unavailable')
  }

  #open(ws: WebSocket, request: IncomingMessage, admission: Admission & { requestId: string }): void {
    const closed = new AbortController()
    const { log, timings } = this.#options
    const socket: LiveSocket = {
      ws,
      requestId: admission.requestId,
      address: admission.peer.address,
      pressure: new BackPressure(ws, timings.pressure, () => ws.close(closeCodes.slow)),
      calls: new CallCounter(),
      signal: closed.signal,
      signIn: admission.signIn,
    }
    this.#sockets.add(socket)
    const silence = setTimeout(() => refuseSilence(socket), timings.signInMs)
    ws.on('message', () => socket.pressure.check())
    ws.once('close', (code) => {
      clearTimeout(silence)
      closed.abort()
      socket.pressure.end()
      this.#sockets.delete(socket)
      log.debug({ requestId: socket.requestId, code }, 'socket closed')
    })
    this.#serve(socket, request)
  }

  /** Registers tRPC's listeners on the socket, its error listener among them, before any frame is read. */
  #serve(socket: LiveSocket, request: IncomingMessage): void {
    const { core, limits, timings, watch } = this.#options
    const onSignIn = (actor: Actor) => {
      const giveBack = limits.takeSeat(actor.userId)
      const unwatch = watch.add(actor.sessionId, () => endSession(socket))
      socket.ws.once('close', () => {
        giveBack()
        unwatch()
      })
      socket.ws.once('close', core.presence.enter(actor))
    }
    const deps = { core, limits, onSignIn }
    const handler = getWSConnectionHandler<typeof appRouter>({
      wss: this.#wss,
      router: appRouter,
      maxBatchSize: socketBatchMax,
      keepAlive: { enabled: true, pingMs: timings.pingMs, pongWaitMs: timings.pongMs },
      experimental_encoder: socketEncoder(socket),
      createContext: ({ info }) => createSocketContext(deps, socket, info.connectionParams),
      onError: ({ error, type, path }) => {
        this.#options.log.debug({ requestId: socket.requestId, type, path, code: error.code }, 'socket error')
      },
    })
    handler(socket.ws, request)
  }
}

/** tRPC's own word for "open another connection, then leave this one". Calls in flight finish on the old one. */
const moveFrame = JSON.stringify({ id: null, method: 'reconnect' })

function lineOf({ ws, calls }: LiveSocket): Line {
  return {
    move: () => {
      if (ws.readyState === ws.OPEN) ws.send(moveFrame)
    },
    waitingBytes: () => ws.bufferedAmount,
    isBusy: () => calls.calls > 0 && ws.readyState === ws.OPEN,
    close: () => ws.close(closeCodes.restart),
    cut: () => ws.terminate(),
  }
}

/**
 * A socket that said it would sign in by its first frame, and sent none. Its line may be slow, or this process may
 * have stood still, so nothing is known of its session: it is asked to come back, not to give up.
 */
function refuseSilence(socket: LiveSocket): void {
  if (socket.signIn.state !== 'waiting') return
  sendError(socket, null, new AppError('unavailable', { internal: 'no sign-in in time' }))
  socket.ws.close(closeCodes.restart)
}
