import type { Socket } from 'node:net'
import { OldestWrite } from '../live/oldest-write.ts'

export type SlowReadersOptions = {
  /** Time without progress that every reader has, in milliseconds. */
  silenceMs: number
  /** What is queued may besides take the time that it needs at this rate. */
  bytesPerSecondMin: number
}

const checkMsMax = 5_000

/**
 * Cuts off connections over HTTP whose peer reads its answers, or a stream of events, too slowly. Node itself cuts off
 * only a peer that reads nothing at all. Sockets have a bound of their own.
 */
export class SlowReaders {
  readonly #options: SlowReadersOptions
  /** A connection for which nothing is queued has null. */
  readonly #connections = new Map<Socket, OldestWrite | null>()
  readonly #timer: NodeJS.Timeout

  constructor(options: SlowReadersOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#check(), Math.min(checkMsMax, options.silenceMs / 4))
    this.#timer.unref()
  }

  /** Watches a connection until it is closed or upgraded. */
  opened(connection: Socket): void {
    this.#connections.set(connection, null)
    connection.once('close', () => this.#connections.delete(connection))
  }

  upgraded(connection: Socket): void {
    this.#connections.delete(connection)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #check(): void {
    const now = performance.now()
    for (const [connection, oldest] of this.#connections) {
      if (connection.writableLength > 0) this.#checkQueued(connection, oldest ?? new OldestWrite(), now)
      else if (oldest !== null) this.#connections.set(connection, null)
    }
  }

  #checkQueued(connection: Socket, oldest: OldestWrite, now: number): void {
    this.#connections.set(connection, oldest)
    if (oldest.isOverdue(connection, now, this.#allowedMs)) connection.destroy()
  }

  readonly #allowedMs = (queuedBytes: number): number =>
    this.#options.silenceMs + (queuedBytes / this.#options.bytesPerSecondMin) * 1000
}
