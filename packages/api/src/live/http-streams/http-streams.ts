import type { ServerResponse } from 'node:http'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { httpStreamsMax, userHttpStreamsMax } from '@deskbell/contract/limits'
import type { Presence } from '@deskbell/core/presence/presence'
import { Slots } from '../../http/security/slots.ts'
import type { DrainableConnection } from '../drain.ts'
import type { LiveTimings } from '../live-timings.ts'
import type { SessionWatch } from '../session-watch.ts'
import { HttpStream } from './http-stream.ts'

export type HttpStreamsOptions = { watch: SessionWatch; timings: LiveTimings; presence: Presence }

/** The open streams over HTTP of this process, for networks that block sockets. */
export class HttpStreams {
  readonly #options: HttpStreamsOptions
  readonly #streams = new Map<ServerResponse, HttpStream>()
  readonly #perSession = new Slots(httpStreamsMax, 'streams of this session')
  readonly #perUser = new Slots(userHttpStreamsMax, 'streams of this user')
  #draining = false

  constructor(options: HttpStreamsOptions) {
    this.#options = options
  }

  get open(): number {
    return this.#streams.size
  }

  /**
   * Begins a stream on the response. It ends with the connection, with the session, or when the server drains. Throws
   * `rate_limited` when the session or the user has too many streams, and `unavailable` while the server drains.
   */
  begin(response: ServerResponse, actor: Actor): HttpStream {
    const { sessionId, userId } = actor
    if (this.#draining) throw new AppError('unavailable')
    this.#perUser.assertFree(userId)
    const slots = [this.#perSession.take(sessionId), this.#perUser.take(userId)]
    const { watch, timings, presence } = this.#options
    const stream = new HttpStream({ response, bounds: timings.pressure, closeMs: timings.closeMs })
    this.#streams.set(response, stream)
    watch.add(sessionId, stream)
    const leave = presence.enter(actor)
    response.once('close', () => {
      watch.remove(sessionId, stream)
      leave()
      stream.close()
      this.#streams.delete(response)
      for (const release of slots) release()
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
}
