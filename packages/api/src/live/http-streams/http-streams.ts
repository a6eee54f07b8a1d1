import type { ServerResponse } from 'node:http'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { httpStreamsMax } from '@deskbell/contract/limits'
import type { Presence } from '@deskbell/core/presence/presence'
import type { DrainableConnection } from '../drain.ts'
import type { LiveTimings } from '../live-timings.ts'
import type { SessionWatch } from '../session-watch.ts'
import { HttpStream } from './http-stream.ts'

export type HttpStreamsOptions = { watch: SessionWatch; timings: LiveTimings; presence: Presence }

/** The open streams over HTTP of this process, for networks that block sockets. */
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

  /**
   * Begins a stream on the response. It ends with the connection, with the session, or when the server drains. Throws
   * `rate_limited` when the session has too many streams, and `unavailable` while the server drains.
   */
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

  /** Sends the body of a stream that has begun. Cancels the body when the connection is gone. */
  async send(response: ServerResponse, body: ReadableStream<Uint8Array>): Promise<void> {
    const stream = this.#streams.get(response)
    if (stream === undefined) await body.cancel()
    else await stream.send(body)
  }

  /** Refuses new streams from now on. */
  refuse(): void {
    this.#draining = true
  }

  *connections(): Generator<DrainableConnection> {
    for (const stream of this.#streams.values()) {
      // A move ends the stream, so it also closes it.
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
