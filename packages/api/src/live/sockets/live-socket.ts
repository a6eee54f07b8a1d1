import type { Socket } from 'node:net'
import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import type { TrackedFrame } from '@deskbell/core/streams/frame-sink'
import type { WheelTimer } from '@deskbell/core/timer-wheel'
import type { WebSocket } from 'ws'
import type { RequestedSession } from '../../http/security/credential.ts'
import { BackPressure, isBusyQueue, type Pressured } from '../back-pressure.ts'
import type { LiveTimings } from '../live-timings.ts'
import { OldestWrite } from '../oldest-write.ts'
import { QueuedWrites } from '../queued-writes.ts'
import { CallCounter, type CallId } from './call-counter.ts'
import type { FrameBytes } from './frame-bytes.ts'
import { type FrameRate, spendFrames } from './frame-rate.ts'
import { errorText } from './socket-error.ts'
import type { SocketStream, StreamSocket } from './socket-stream.ts'
import { pongFrame, textFrame } from './text-frame.ts'

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
  /** Null: unlimited. */
  readonly frameRate: FrameRate | null
  /** Logs a failed stream, and returns the error for the client. */
  streamFailure(failure: { requestId: string; path: string; cause: unknown }): AppError
}

export type LiveSocketOptions = {
  ws: WebSocket
  /** The connection under the socket. */
  duplex: Socket
  /** Identifies the connection in responses and in the log. */
  requestId: string
  /** The address of the peer: its key for rate limits. */
  address: string
  /** The `Host` of the upgrade. */
  host: string
  signIn: SignIn
}

/** Time for responses that are due, such as that of the sign-out itself, before the socket closes. */
const lastAnswerMs = 50

/**
 * One open socket: its session, its calls and streams, and its writes. Texts are written directly to the connection.
 * They stay in order with what `ws` writes, because `ws` queues nothing while compression is off.
 */
export class LiveSocket implements WheelTimer, StreamSocket, Pressured {
  readonly ws: WebSocket
  readonly requestId: string
  readonly address: string
  readonly host: string
  readonly calls = new CallCounter()
  signIn: SignIn
  /** Releases what the sign-in acquired. Null before the sign-in. */
  leave: (() => void) | null = null
  readonly #shared: SharedBySockets
  readonly #duplex: Socket
  #streams: readonly SocketStream[] = noStreams
  readonly #writes: QueuedWrites
  /** Null until the queue of the socket first exceeds the soft bound. */
  #pressure: BackPressure | null = null
  /** Null while nothing is queued. */
  #oldestWrite: OldestWrite | null = null
  #hasQueuedPong = false
  #isCorked = false
  #receivedAt = performance.now()
  #pingedAt = 0
  /** When the socket may again send a whole burst of frames. */
  #budgetFullAt = 0

  constructor(shared: SharedBySockets, { ws, duplex, requestId, address, host, signIn }: LiveSocketOptions) {
    this.#shared = shared
    this.ws = ws
    this.#duplex = duplex
    this.#writes = new QueuedWrites(duplex)
    this.requestId = requestId
    this.address = address
    this.host = host
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
    return this.#pressure?.isOpen ?? !this.#isAboveSoft()
  }

  /** Calls `release` once, when one frame may be written, or when the socket is gone. */
  whenOpen(release: () => void): void {
    this.#pressured().whenOpen(release)
  }

  get queuedBytes(): number {
    return this.ws.bufferedAmount
  }

  get queuedWrites(): number {
    return this.#writes.count
  }

  get isPaused(): boolean {
    return this.ws.isPaused
  }

  pause(): void {
    this.ws.pause()
  }

  resume(): void {
    this.ws.resume()
  }

  get isBusy(): boolean {
    return isBusyQueue(this.ws.bufferedAmount)
  }

  /**
   * Records that the peer is alive, and counts what it has sent as so many frames. Call it for everything that is
   * received. Returns false when it must not be handled, because the socket is closing: a peer that sends too much is
   * closed and not read any more.
   */
  admitFrames(frames: number): boolean {
    const now = performance.now()
    this.#receivedAt = now
    if (!this.#spend(frames, now)) this.#closeFlooding()
    else this.#checkPressure()
    return this.isOpen
  }

  /**
   * Sends a text, unless the socket is closing. Texts of one turn of the event loop leave in one write, with the frames
   * of streams that are woken in it: a sender's tick and the own message.
   */
  send(text: string): void {
    if (!this.isOpen) return
    this.#cork()
    this.#writes.write(textFrame(text))
    this.#checkPressure()
  }

  /**
   * Answers a ping: a text of keep-alive, or a ping of the WebSocket protocol with its payload. At most one answer waits,
   * because one shows that the connection is alive, and a peer could request any number.
   */
  answerPing(payload: Buffer | null): void {
    if (!this.isOpen || this.#hasQueuedPong) return
    this.#hasQueuedPong = true
    this.#cork()
    this.#duplex.write(payload === null ? textFrame('PONG') : pongFrame(payload), () => {
      this.#hasQueuedPong = false
    })
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
    this.#writes.write(this.#shared.bytes.of(tracked, id))
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

  /**
   * Keep-alive: pings a silent peer, and terminates the socket when the peer does not answer. Closes a socket whose peer
   * may send, but reads so slowly that what was queued one interval ago is queued still.
   */
  onDue(now: number): number | null {
    if (!this.isOpen) return null
    if (this.#isReadTooSlowly(now)) {
      this.ws.close(closeCodes.slow)
      return null
    }
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

  #isReadTooSlowly(now: number): boolean {
    if (this.#duplex.writableLength === 0) {
      this.#oldestWrite = null
      return false
    }
    this.#oldestWrite ??= new OldestWrite()
    return this.#oldestWrite.isOverdue(this.#duplex, now, () => this.#shared.timings.pingMs)
  }

  #dropStream(id: CallId): SocketStream | undefined {
    const stream = this.#streams.find((one) => one.id === id)
    if (stream !== undefined) this.#streams = this.#streams.filter((one) => one !== stream)
    return stream
  }

  #spend(frames: number, now: number): boolean {
    const { frameRate: rate } = this.#shared
    if (rate === null) return true
    const fullAt = spendFrames(this.#budgetFullAt, frames, { rate, now })
    if (fullAt !== null) this.#budgetFullAt = fullAt
    return fullAt !== null
  }

  /** The answer to the close is not read either, so the connection is cut off after the time for it. */
  #closeFlooding(): void {
    this.#pressure?.end()
    this.sendError(null, new AppError('rate_limited', { detail: 'Too many frames on this socket.' }))
    this.ws.close(closeCodes.tooMany)
    this.ws.pause()
  }

  #cork(): void {
    if (this.#isCorked) return
    this.#isCorked = true
    this.#duplex.cork()
    setImmediate(() => this.#uncork())
  }

  #uncork(): void {
    if (!this.#isCorked) return
    this.#isCorked = false
    this.#duplex.uncork()
  }

  #isAboveSoft(): boolean {
    const { softBytes, softWrites } = this.#shared.timings.pressure
    return this.ws.bufferedAmount > softBytes || this.#writes.count > softWrites
  }

  #checkPressure(): void {
    if (!this.#isAboveSoft()) return
    // What was only held back to leave in one write does not wait for the peer.
    this.#uncork()
    if (this.#isAboveSoft()) this.#pressured().check()
  }

  #pressured(): BackPressure {
    this.#pressure ??= new BackPressure(this, this.#shared.timings.pressure, () => this.ws.close(closeCodes.slow))
    return this.#pressure
  }
}

const noStreams: readonly SocketStream[] = []
