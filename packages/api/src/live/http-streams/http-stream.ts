import type { ServerResponse } from 'node:http'
import { streamRetryMaxMs, streamRetryMinMs } from '@deskbell/contract/limits'
import type { StreamPort } from '../../context.ts'
import { BackPressure, type PressureBounds } from '../back-pressure.ts'
import { QueuedWrites } from '../queued-writes.ts'

type Body = ReadableStream<Uint8Array>

export type HttpStreamOptions = {
  response: ServerResponse
  bounds: PressureBounds
  /** Time to deliver the error of an ended session before the stream is cut off, in milliseconds. */
  closeMs: number
}

/**
 * A stream of server-sent events in one response. Like a socket for its streams, it applies back-pressure, ends with
 * the session, and makes the client reconnect when the server drains.
 */
export class HttpStream implements StreamPort {
  readonly #response: ServerResponse
  readonly #writes: QueuedWrites
  readonly #pressure: BackPressure
  readonly #closeMs: number
  readonly #ended = new AbortController()
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  #signedIn = true
  #isMoved = false

  constructor({ response, bounds, closeMs }: HttpStreamOptions) {
    this.#response = response
    this.#closeMs = closeMs
    const writes = new QueuedWrites(response)
    this.#writes = writes
    const line = {
      get queuedBytes() {
        return response.writableLength
      },
      get queuedWrites() {
        return writes.count
      },
      // A stream over HTTP reads nothing from the peer, so there is nothing to pause.
      isPaused: false,
      pause() {},
      resume() {},
    }
    this.#pressure = new BackPressure(line, bounds, () => this.cut())
  }

  get signal(): AbortSignal {
    return this.#ended.signal
  }

  get waitingBytes(): number {
    return this.#response.writableLength
  }

  isSignedIn(): boolean {
    return this.#signedIn
  }

  ready(): Promise<void> {
    return this.#pressure.ready()
  }

  isBusy(): boolean {
    return this.#pressure.isBusy
  }

  /** Writes the body until it ends. The headers must be written already. */
  async send(body: Body): Promise<void> {
    const reader = body.getReader()
    this.#reader = reader
    // The server may have begun to drain while the stream waited for its turn.
    if (this.#isMoved) void reader.cancel()
    // Without this field, all browsers of a stopped server reconnect at the same time, after three to five seconds.
    this.#writes.write(`retry: ${retryMs()}\n\n`)
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      this.#writes.write(chunk.value)
      this.#pressure.check()
    }
    this.#response.end()
  }

  /** Ends the stream with `unauthenticated`. A client that does not read that in time is cut off. */
  endSession(): void {
    this.#signedIn = false
    this.#ended.abort()
    const bound = setTimeout(() => this.cut(), this.#closeMs)
    this.#response.once('close', () => clearTimeout(bound))
  }

  /**
   * Ends the response without tRPC's event for a finished stream, so an `EventSource` reconnects with its last id. Also
   * closes the connection, because the client would reconnect over it to this server.
   */
  move(): void {
    this.#isMoved = true
    const { socket } = this.#response
    this.#response.once('finish', () => socket?.end())
    void this.#reader?.cancel()
  }

  cut(): void {
    this.#response.destroy()
  }

  /** Releases everything after the connection is gone. */
  close(): void {
    this.#pressure.end()
    void this.#reader?.cancel()
  }
}

function retryMs(): number {
  return Math.round(streamRetryMinMs + Math.random() * (streamRetryMaxMs - streamRetryMinMs))
}
