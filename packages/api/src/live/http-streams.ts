import type { ServerResponse } from 'node:http'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { httpStreamsMax } from '@deskbell/contract/limits'
import { HttpStream } from './http-stream.ts'
import type { LiveTimings } from './live-timings.ts'
import type { SessionWatch } from './session-watch.ts'

export type HttpStreamsOptions = { watch: SessionWatch; timings: LiveTimings }

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
  begin(response: ServerResponse, { sessionId }: Actor): HttpStream {
    if (this.#draining) throw new AppError('unavailable')
    const running = this.#perSession.get(sessionId) ?? 0
    if (running >= httpStreamsMax) throw new AppError('rate_limited', { detail: 'Too many streams of this session.' })
    const { watch, timings } = this.#options
    const stream = new HttpStream({ response, bounds: timings.pressure, closeMs: timings.closeMs })
    this.#streams.set(response, stream)
    this.#perSession.set(sessionId, running + 1)
    const unwatch = watch.add(sessionId, () => stream.endSession())
    response.once('close', () => {
      unwatch()
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

  all(): HttpStream[] {
    return [...this.#streams.values()]
  }

  cut(): void {
    for (const stream of this.all()) stream.cut()
  }

  #leave(sessionId: number): void {
    const left = (this.#perSession.get(sessionId) ?? 1) - 1
    if (left > 0) this.#perSession.set(sessionId, left)
    else this.#perSession.delete(sessionId)
  }
}
