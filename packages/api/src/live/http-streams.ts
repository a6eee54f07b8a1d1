import type { ServerResponse } from 'node:http'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { httpStreamsMax } from '@deskbell/contract/limits'
import type { Presence } from '@deskbell/core/presence/presence'
import type { Line } from './drain.ts'
import { HttpStream } from './http-stream.ts'
import type { LiveTimings } from './live-timings.ts'
import type { SessionWatch } from './session-watch.ts'

export type HttpStreamsOptions = { watch: SessionWatch; timings: LiveTimings; presence: Presence }

/** The streams that this process sends over HTTP, for networks that let no socket through. */
export class HttpStreams {
  readonly #options: HttpStreamsOptions
  readonly #streams = new Map<ServerResponse, HttpStream>()
  readonly #perSession = new Map<number, number>()
  #draining = false

  constructor(options: HttpStreamsOptions) {
    this.#options = options
  }

  get open(): number {
    return this.#streams.size
  }

  /** Begins a stream on this response, which ends with the line, the session or the process. Throws when there are too many. */
  begin(response: ServerResponse, actor: Actor): HttpStream {
    const { sessionId } = actor
    if (this.#draining) throw new AppError('unavailable')
    const running = this.#perSession.get(sessionId) ?? 0
    if (running >= httpStreamsMax) throw new AppError('rate_limited', { detail: 'Too many streams of this session.' })
    const { watch, timings, presence } = this.#options
    const stream = new HttpStream({ response, bounds: timings.pressure, closeMs: timings.closeMs })
    this.#streams.set(response, stream)
    this.#perSession.set(sessionId, running + 1)
    watch.add(sessionId, stream)
    const leave = presence.enter(actor)
    response.once('close', () => {
      watch.remove(sessionId, stream)
      leave()
      stream.close()
      this.#streams.delete(response)
      this.#leave(sessionId)
    })
    return stream
  }

  /** Sends the body of a stream that has begun. */
  async send(response: ServerResponse, body: ReadableStream<Uint8Array>): Promise<void> {
    const stream = this.#streams.get(response)
    if (stream === undefined) await body.cancel()
    else await stream.send(body)
  }

  /** Takes no new streams. */
  refuse(): void {
    this.#draining = true
  }

  *lines(): Generator<Line> {
    for (const stream of this.#streams.values()) {
      // A stream that is moved has ended.
      const move = () => stream.move()
      yield { move, waitingBytes: () => stream.waitingBytes, isBusy: () => false, close: move, cut: () => stream.cut() }
    }
  }

  cut(): void {
    for (const stream of this.#streams.values()) stream.cut()
  }

  #leave(sessionId: number): void {
    const left = (this.#perSession.get(sessionId) ?? 1) - 1
    if (left > 0) this.#perSession.set(sessionId, left)
    else this.#perSession.delete(sessionId)
  }
}
