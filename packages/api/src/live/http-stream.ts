import type { ServerResponse } from 'node:http'
import { streamRetryMaxMs, streamRetryMinMs } from '@deskbell/contract/limits'
import type { StreamPort } from '../context.ts'
import { BackPressure, type PressureBounds } from './back-pressure.ts'

type Body = ReadableStream<Uint8Array>

export type HttpStreamOptions = {
  response: ServerResponse
  bounds: PressureBounds
  /** How long a stream whose session ended may take to say so. */
  closeMs: number
}

/**
 * A stream of server-sent events: one response that goes on. What a socket gives all its streams it gives its one:
 * back-pressure, an end with the session, and a word to come back when the server stops.
 */
export class HttpStream implements StreamPort {
  readonly #response: ServerResponse
  readonly #pressure: BackPressure
  readonly #closeMs: number
  readonly #ended = new AbortController()
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  #signedIn = true

  constructor({ response, bounds, closeMs }: HttpStreamOptions) {
    this.#response = response
    this.#closeMs = closeMs
    const line = {
      get bufferedAmount() {
        return response.writableLength
      },
      // A stream over HTTP reads nothing that could be held back.
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

  /** Writes the body to its end, whoever ends it. The head must be written already. */
  async send(body: Body): Promise<void> {
    const reader = body.getReader()
    this.#reader = reader
    // Without this, browsers come back after three to five seconds, and all of a stopped server in step.
    this.#response.write(`retry: ${retryMs()}\n\n`)
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      this.#response.write(chunk.value)
      this.#pressure.check()
    }
    this.#response.end()
  }

  /** The stream says `unauthenticated` and ends; who does not read that is cut off. */
  endSession(): void {
    this.#signedIn = false
    this.#ended.abort()
    const bound = setTimeout(() => this.cut(), this.#closeMs)
    this.#response.once('close', () => clearTimeout(bound))
  }

  /**
   * Ends without tRPC's word for "it is over": an `EventSource` comes back, with the last id that it saw. Its
   * connection is closed too, or it would come back over that, to us.
   */
  move(): void {
    const { socket } = this.#response
    this.#response.once('finish', () => socket?.end())
    void this.#reader?.cancel()
  }

  cut(): void {
    this.#response.destroy()
  }

  /** The line is gone. */
  close(): void {
    this.#pressure.end()
    void this.#reader?.cancel()
  }
}

function retryMs(): number {
  return Math.round(streamRetryMinMs + Math.random() * (streamRetryMaxMs - streamRetryMinMs))
}
