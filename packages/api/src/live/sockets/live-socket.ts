import type { Duplex } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import type { TrackedFrame } from '@deskbell/core/streams/frame-sink'
import type { WheelTimer } from '@deskbell/core/timer-wheel'
import type { WebSocket } from 'ws'
import type { RequestedSession } from '../../http/security/credential.ts'
import { BackPressure, isBusyQueue } from '../back-pressure.ts'
import type { LiveTimings } from '../live-timings.ts'
import { CallCounter, type CallId } from './call-counter.ts'
import type { FrameBytes } from './frame-bytes.ts'
import { errorText } from './socket-error.ts'
import type { SocketStream, StreamSocket } from './socket-stream.ts'
import { textFrame } from './text-frame.ts'

/**
 * `waiting`: for the first frame, `connectionParams`; `token` is that of the upgrade, if any. `checking`: the session
 * is read from the database. `done`: signed in. `ended`: the session has ended, and the socket closes soon.
 */
export type SignIn =
  | { state: 'waiting'; token: string | null; requested: RequestedSession }
  | { state: 'checking' }
  | { state: 'done'; actor: Actor; token: string }
  | { state: 'ended' }

/** Counts the sign-ins and the starts of streams that are in progress. */
export type StartWork = { started(): void; finished(): void }

/** What all sockets of a server share. */
export type SharedBySockets = {
  readonly timings: LiveTimings
  readonly bytes: FrameBytes
  readonly work: StartWork
  /** Logs a failed stream, and returns the error for the client. */
  streamFailure(failure: { requestId: string; path: string; cause: unknown }): AppError
}

export type LiveSocketOptions = {
  ws: WebSocket
  /** The connection under the socket. */
  duplex: Duplex
  /** Identifies the connection in responses and in the log. */
  requestId: string
  /** The address of the peer: its key for rate limits. */
  address: string
  signIn: SignIn
}

/** Time for responses that are due, such as that of the sign-out itself, before the socket closes. */
const lastAnswerMs = 50

/**
 * One open socket: its session, its calls and streams, and its writes. Texts are written directly to the connection.
 * They stay in order with what `ws` writes, because `ws` queues nothing while compression is off.
 */
export class LiveSocket implements WheelTimer, StreamSocket {
  readonly ws: WebSocket
  readonly requestId: string
  readonly address: string
  readonly calls = new CallCounter()
  signIn: SignIn
  /** Releases what the sign-in acquired. Null before the sign-in. */
  leave: (() => void) | null = null
  readonly #shared: SharedBySockets
  readonly #duplex: Duplex
  #streams: readonly SocketStream[] = noStreams
  /** Null until the queue of the socket first exceeds the soft bound. */
  #pressure: BackPressure | null = null
  #isCorked = false
  #receivedAt = performance.now()
  #pingedAt = 0

  constructor(shared: SharedBySockets, { ws, duplex, requestId, address, signIn }: LiveSocketOptions) {
    this.#shared = shared
    this.ws = ws
    this.#duplex = duplex
    this.requestId = requestId
    this.address = address
    this.signIn = signIn
  }

  get work(): StartWork {
    return this.#shared.work
  }

  get isOpen(): boolean {
    return this.ws.readyState === this.ws.OPEN
  }

  /** Reports whether the next frame of a stream may be written. */
  get acceptsFrames(): boolean {
    return this.#pressure?.isOpen ?? this.ws.bufferedAmount <= this.#shared.timings.pressure.softBytes
  }

  /** Calls `release` once, when one frame may be written, or when the socket is gone. */
  whenOpen(release: () => void): void {
    this.#pressured().whenOpen(release)
  }

  get isBusy(): boolean {
    return isBusyQueue(this.ws.bufferedAmount)
  }

  /** Records that the peer is alive. Call it for everything that is received. */
  noteReceived(): void {
    this.#receivedAt = performance.now()
    this.#checkPressure()
  }

  /**
   * Sends a text, unless the socket is closing. Texts of one turn of the event loop leave in one write, with the frames
   * of streams that are woken in it: a sender's tick and the own message.
   */
  send(text: string): void {
    if (!this.isOpen) return
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#duplex.cork()
      setImmediate(() => {
        this.#isCorked = false
        this.#duplex.uncork()
      })
    }
    this.#duplex.write(textFrame(text))
    this.#checkPressure()
  }

  sendError(id: CallId | null, error: AppError): void {
    this.send(errorText({ id, requestId: this.requestId }, error))
  }

  /** Sends the result of a call, which is then no longer in flight. */
  answer(id: CallId, data: unknown): void {
    this.calls.settle(id)
    this.send(JSON.stringify({ id, result: { type: 'data', data } }))
  }

  refuse(id: CallId, error: AppError): void {
    this.#dropStream(id)?.stop()
    this.calls.settle(id)
    this.sendError(id, error)
  }

  /** Registers a stream until it is stopped or refused, or the connection is gone. */
  addStream(stream: SocketStream): SocketStream {
    this.#streams = this.#streams.concat(stream)
    return stream
  }

  started(id: CallId): void {
    this.send(JSON.stringify({ id, result: { type: 'started' } }))
  }

  writeFrame(tracked: TrackedFrame<unknown>, id: CallId): void {
    if (!this.isOpen) return
    this.#duplex.write(this.#shared.bytes.of(tracked, id))
    this.#checkPressure()
  }

  /** Stops a stream on request of the peer. Sends nothing for an unknown id. */
  stopStream(id: CallId): void {
    const stream = this.#dropStream(id)
    if (stream === undefined) return
    stream.stop()
    this.calls.settle(id)
    this.send(JSON.stringify({ id, result: { type: 'stopped' } }))
  }

  streamFailed({ id, path }: { id: CallId; path: string }, cause: unknown): void {
    this.refuse(id, this.#shared.streamFailure({ requestId: this.requestId, path, cause }))
  }

  /** Ends the session of the socket: its streams end with `unauthenticated`, and the socket closes soon after. */
  endSession(): void {
    this.signIn = { state: 'ended' }
    for (const { id } of this.#streams) this.refuse(id, new AppError('unauthenticated'))
    setTimeout(() => this.ws.close(closeCodes.unauthenticated), lastAnswerMs)
  }

  /** Releases everything after the connection is gone. */
  onClosed(): void {
    for (const stream of this.#streams) stream.stop()
    this.#streams = noStreams
    this.#pressure?.end()
    this.leave?.()
  }

  /** Keep-alive: pings a silent peer, and terminates the socket when the peer does not answer. */
  onDue(now: number): number | null {
    if (!this.isOpen) return null
    const { pingMs, pongMs } = this.#shared.timings
    if (this.#pingedAt > this.#receivedAt) {
      const waitMs = this.#pingedAt + pongMs - now
      if (waitMs <= 0) this.ws.terminate()
      return waitMs <= 0 ? null : waitMs
    }
    const waitMs = this.#receivedAt + pingMs - now
    if (waitMs > 0) return waitMs
    this.#pingedAt = now
    this.send('PING')
    return pongMs
  }

  #dropStream(id: CallId): SocketStream | undefined {
    const stream = this.#streams.find((one) => one.id === id)
    if (stream !== undefined) this.#streams = this.#streams.filter((one) => one !== stream)
    return stream
  }

  #checkPressure(): void {
    if (this.ws.bufferedAmount > this.#shared.timings.pressure.softBytes) this.#pressured().check()
  }

  #pressured(): BackPressure {
    this.#pressure ??= new BackPressure(this.ws, this.#shared.timings.pressure, () => this.ws.close(closeCodes.slow))
    return this.#pressure
  }
}

const noStreams: readonly SocketStream[] = []
