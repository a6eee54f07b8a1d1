import type { Socket } from 'node:net'

/** The faults of a connection. They may change while it is open. */
export type Weather = {
  /** No byte passes, and none is lost. */
  frozen: boolean
  /** Every piece is delayed by this, and by a random time up to `jitterMs`. The order stays the same. */
  latencyMs: number
  jitterMs: number
  /** The bandwidth; null for no limit. */
  bytesPerSecond: number | null
}

/** Counts the real effects of the faults, so that a run can verify that they happened. */
export type Harm = { heldBytes: number; delayedPieces: number; trickledBytes: number }

type Waiting = { piece: Buffer; dueAt: number }

const waitingBytesMax = 64 * 1024
const trickleMs = 50

/** One direction of a connection. It delays bytes as `weather` says, and pauses the sender when too many wait. */
export class ProxyDirection {
  readonly #from: Socket
  readonly #to: Socket
  readonly #weather: () => Weather
  readonly #harm: Harm
  readonly #waiting: Waiting[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #ended = false

  constructor(from: Socket, to: Socket, watch: { weather: () => Weather; harm: Harm }) {
    this.#from = from
    this.#to = to
    this.#weather = watch.weather
    this.#harm = watch.harm
    from.on('data', (piece: Buffer) => this.#take(piece))
    from.on('end', () => {
      this.#ended = true
      this.pump()
    })
    to.on('drain', () => this.pump())
    to.on('close', () => clearTimeout(this.#timer))
  }

  /** Forwards what may pass now. Call it when `weather` has changed. */
  pump(): void {
    clearTimeout(this.#timer)
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const waitMs = next.dueAt - performance.now()
      const { bytesPerSecond } = this.#weather()
      if (waitMs > 0) this.#again(waitMs)
      else if (bytesPerSecond !== null) this.#trickle(next, Math.ceil((bytesPerSecond * trickleMs) / 1000))
      else this.#pass(next, next.piece.length)
      if (waitMs > 0 || bytesPerSecond !== null) return
    }
    if (this.#waiting.length === 0 && this.#ended && !this.#to.destroyed) this.#to.end()
  }

  /** The next piece; undefined when there is none, or when nothing may pass. It may be due later. */
  #next(): Waiting | undefined {
    const stuck = this.#weather().frozen || this.#to.writableNeedDrain || this.#to.destroyed
    return stuck ? undefined : this.#waiting[0]
  }

  #take(piece: Buffer): void {
    const { frozen, latencyMs, jitterMs } = this.#weather()
    const delayMs = latencyMs + Math.random() * jitterMs
    if (frozen) this.#harm.heldBytes += piece.length
    if (delayMs > 0) this.#harm.delayedPieces += 1
    const dueAt = Math.max(performance.now() + delayMs, this.#waiting.at(-1)?.dueAt ?? 0)
    this.#waiting.push({ piece, dueAt })
    this.#bytes += piece.length
    if (this.#bytes > waitingBytesMax) this.#from.pause()
    this.pump()
  }

  #trickle(next: Waiting, bytes: number): void {
    this.#harm.trickledBytes += Math.min(bytes, next.piece.length)
    this.#pass(next, bytes)
    this.#again(trickleMs)
  }

  #pass(next: Waiting, bytes: number): void {
    const part = next.piece.subarray(0, bytes)
    if (part.length === next.piece.length) this.#waiting.shift()
    else next.piece = next.piece.subarray(bytes)
    this.#bytes -= part.length
    this.#to.write(part)
    if (this.#bytes <= waitingBytesMax) this.#from.resume()
  }

  #again(ms: number): void {
    this.#timer = setTimeout(() => this.pump(), ms)
  }
}
