import type { Duplex } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import type { Step } from '@deskbell/core/events/frame-sink'
import type { Wheeled } from '@deskbell/core/timer-wheel'
import type { WebSocket } from 'ws'
import type { Meant } from '../http/credential.ts'
import { BackPressure, isBusyQueue } from './back-pressure.ts'
import { CallCounter, type CallId } from './call-counter.ts'
import type { LiveTimings } from './live-timings.ts'
import { errorText } from './socket-error.ts'
import type { SocketStream, StreamLine } from './socket-stream.ts'
import type { StepBytes } from './step-bytes.ts'
import { textFrame } from './text-frame.ts'

/**
 * `waiting` until `connectionParams` came, with the token of the upgrade if there was one; `checking` while the
 * database is asked; `ended` from the moment the session did, a little before the close.
 */
export type SignIn =
  | { state: 'waiting'; token: string | null; meant: Meant }
  | { state: 'checking' }
  | { state: 'done'; actor: Actor; token: string }
  | { state: 'ended' }

/** What all sockets of a server share. */
export type SocketHouse = {
  readonly timings: LiveTimings
  readonly bytes: StepBytes
  /** Reports a failed stream, and answers what its caller is told. */
  streamFailure(failure: { requestId: string; path: string; cause: unknown }): AppError
}

export type LiveSocketOptions = {
  ws: WebSocket
  /** The connection below the socket. */
  line: Duplex
  /** Names the connection in answers and in the log. */
  requestId: string
  /** What sign-ins and connections are counted by. */
  address: string
  signIn: SignIn
}

/** An answer that is under way, such as that of the sign-out itself, gets this long to leave. */
const lastAnswerMs = 50

/**
 * One open socket: what it is, what it waits for, and what is written to it. Texts are written to the connection
 * itself, in order with what `ws` writes: it holds nothing back, because nothing is compressed.
 */
export class LiveSocket implements Wheeled, StreamLine {
  readonly ws: WebSocket
  readonly requestId: string
  readonly address: string
  readonly calls = new CallCounter()
  signIn: SignIn
  /** Gives back what the sign-in took. */
  leave: (() => void) | null = null
  readonly #house: SocketHouse
  readonly #line: Duplex
  #streams: readonly SocketStream[] = noStreams
  /** Null for a socket for which never much waited. */
  #pressure: BackPressure | null = null
  #isCorked = false
  #heardAt = performance.now()
  #pingedAt = 0

  constructor(house: SocketHouse, { ws, line, requestId, address, signIn }: LiveSocketOptions) {
    this.#house = house
    this.ws = ws
    this.#line = line
    this.requestId = requestId
    this.address = address
    this.signIn = signIn
  }

  get isOpen(): boolean {
    return this.ws.readyState === this.ws.OPEN
  }

  /** May the next frame of a stream be written? */
  get takesFrames(): boolean {
    return this.#pressure?.isOpen ?? this.ws.bufferedAmount <= this.#house.timings.pressure.softBytes
  }

  /** Calls `release` once, when one frame may be written, or when the socket is gone. */
  whenOpen(release: () => void): void {
    this.#pressured().whenOpen(release)
  }

  get isBusy(): boolean {
    return isBusyQueue(this.ws.bufferedAmount)
  }

  /** Something came from the peer, whatever it was. */
  heard(): void {
    this.#heardAt = performance.now()
    this.#checkPressure()
  }

  /** Answers of one turn leave in one write. */
  send(text: string): void {
    if (!this.isOpen) return
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#line.cork()
      process.nextTick(() => {
        this.#isCorked = false
        this.#line.uncork()
      })
    }
    this.#line.write(textFrame(text))
    this.#checkPressure()
  }

  sendError(id: CallId | null, error: AppError): void {
    this.send(errorText({ id, requestId: this.requestId }, error))
  }

  /** The answer to a call, which is settled by it. */
  answer(id: CallId, data: unknown): void {
    this.calls.settle(id)
    this.send(JSON.stringify({ id, result: { type: 'data', data } }))
  }

  refuse(id: CallId, error: AppError): void {
    this.#dropStream(id)
    this.calls.settle(id)
    this.sendError(id, error)
  }

  /** Keeps a stream until it is stopped, or the connection is gone. */
  holdStream(stream: SocketStream): SocketStream {
    this.#streams = this.#streams.concat(stream)
    return stream
  }

  started(id: CallId): void {
    this.send(JSON.stringify({ id, result: { type: 'started' } }))
  }

  writeStep(step: Step<unknown>, id: CallId): void {
    if (!this.isOpen) return
    this.#line.write(this.#house.bytes.of(step, id))
    this.#checkPressure()
  }

  /** By the peer's wish. Of one that is not there it is told nothing. */
  stopStream(id: CallId): void {
    const stream = this.#dropStream(id)
    if (stream === undefined) return
    stream.stop()
    this.calls.settle(id)
    this.send(JSON.stringify({ id, result: { type: 'stopped' } }))
  }

  streamFailed({ id, path }: { id: CallId; path: string }, cause: unknown): void {
    this.refuse(id, this.#house.streamFailure({ requestId: this.requestId, path, cause }))
  }

  /** From now on the socket has no session: its streams are over, and it is closed in a moment. */
  endSession(): void {
    this.signIn = { state: 'ended' }
    for (const stream of this.#streams) {
      stream.stop()
      this.refuse(stream.id, new AppError('unauthenticated'))
    }
    setTimeout(() => this.ws.close(closeCodes.unauthenticated), lastAnswerMs)
  }

  /** The connection is gone. */
  gone(): void {
    for (const stream of this.#streams) stream.stop()
    this.#streams = noStreams
    this.#pressure?.end()
    this.leave?.()
  }

  /** Keep-alive: a ping after silence, and an end when that is not answered. */
  onDue(now: number): number | null {
    if (!this.isOpen) return null
    const { pingMs, pongMs } = this.#house.timings
    if (this.#pingedAt > this.#heardAt) {
      const waitMs = this.#pingedAt + pongMs - now
      if (waitMs <= 0) this.ws.terminate()
      return waitMs <= 0 ? null : waitMs
    }
    const waitMs = this.#heardAt + pingMs - now
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
    if (this.ws.bufferedAmount > this.#house.timings.pressure.softBytes) this.#pressured().check()
  }

  #pressured(): BackPressure {
    this.#pressure ??= new BackPressure(this.ws, this.#house.timings.pressure, () => this.ws.close(closeCodes.slow))
    return this.#pressure
  }
}

const noStreams: readonly SocketStream[] = []
