import type { Duplex } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import type { Step } from '@deskbell/core/events/frame-sink'
import type { Wheeled } from '@deskbell/core/timer-wheel'
import type { WebSocket } from 'ws'
import { BackPressure } from './back-pressure.ts'
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
  | { state: 'waiting'; token: string | null }
  | { state: 'checking' }
  | { state: 'done'; actor: Actor; token: string }
  | { state: 'ended' }

export type LiveSocketOptions = {
  ws: WebSocket
  /** The connection below the socket. */
  line: Duplex
  /** Names the connection in answers and in the log. */
  requestId: string
  /** What sign-ins and connections are counted by. */
  address: string
  signIn: SignIn
  timings: LiveTimings
  bytes: StepBytes
  /** A stream failed; answers what its caller is told. */
  onStreamFailure: (failure: { socket: LiveSocket; path: string; cause: unknown }) => AppError
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
  readonly pressure: BackPressure
  readonly calls = new CallCounter()
  signIn: SignIn
  readonly #line: Duplex
  readonly #timings: LiveTimings
  readonly #bytes: StepBytes
  readonly #onStreamFailure: LiveSocketOptions['onStreamFailure']
  /** Most sockets have one; few have none. */
  #streams: Map<CallId, SocketStream> | null = null
  #isCorked = false
  #heardAt = performance.now()
  #pingedAt = 0

  constructor({ ws, line, requestId, address, signIn, timings, bytes, onStreamFailure }: LiveSocketOptions) {
    this.ws = ws
    this.#line = line
    this.requestId = requestId
    this.address = address
    this.signIn = signIn
    this.#timings = timings
    this.#bytes = bytes
    this.#onStreamFailure = onStreamFailure
    this.pressure = new BackPressure(ws, timings.pressure, () => ws.close(closeCodes.slow))
  }

  get isOpen(): boolean {
    return this.ws.readyState === this.ws.OPEN
  }

  /** Something came from the peer, whatever it was. */
  heard(): void {
    this.#heardAt = performance.now()
    this.pressure.check()
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
    this.pressure.check()
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
    this.#streams?.delete(id)
    this.calls.settle(id)
    this.sendError(id, error)
  }

  /** Keeps a stream until it is stopped, or the connection is gone. */
  holdStream(stream: SocketStream): SocketStream {
    this.#streams ??= new Map()
    this.#streams.set(stream.id, stream)
    return stream
  }

  started(id: CallId): void {
    this.send(JSON.stringify({ id, result: { type: 'started' } }))
  }

  writeStep(step: Step<unknown>, id: CallId): void {
    if (!this.isOpen) return
    this.#line.write(this.#bytes.of(step, id))
    this.pressure.check()
  }

  /** By the peer's wish. Of one that is not there it is told nothing. */
  stopStream(id: CallId): void {
    const stream = this.#streams?.get(id)
    if (stream === undefined) return
    this.#streams?.delete(id)
    stream.stop()
    this.calls.settle(id)
    this.send(JSON.stringify({ id, result: { type: 'stopped' } }))
  }

  streamFailed({ id, path }: { id: CallId; path: string }, cause: unknown): void {
    this.refuse(id, this.#onStreamFailure({ socket: this, path, cause }))
  }

  /** From now on the socket has no session: its streams are over, and it is closed in a moment. */
  endSession(): void {
    this.signIn = { state: 'ended' }
    for (const [id, stream] of this.#streams ?? []) {
      stream.stop()
      this.refuse(id, new AppError('unauthenticated'))
    }
    setTimeout(() => this.ws.close(closeCodes.unauthenticated), lastAnswerMs)
  }

  /** The connection is gone. */
  gone(): void {
    for (const stream of this.#streams?.values() ?? []) stream.stop()
    this.#streams = null
    this.pressure.end()
  }

  /** Keep-alive: a ping after silence, and an end when that is not answered. */
  onDue(now: number): number | null {
    if (!this.isOpen) return null
    const { pingMs, pongMs } = this.#timings
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
}
