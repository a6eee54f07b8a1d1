import { socketQueueBusyBytes } from '@deskbell/contract/limits'

/** The part of a socket that tells how much waits for the peer. */
export type Pressured = {
  readonly bufferedAmount: number
  readonly isPaused: boolean
  pause(): void
  resume(): void
}

export type PressureBounds = {
  softBytes: number
  hardBytes: number
  slowMs: number
  /** A long answer gets the time that it needs at this rate, up to `extraMsMax`. */
  bytesPerSecondMin: number
  extraMsMax: number
}

const lookMs = 20

/** True while so many bytes wait that what nobody misses is left out. */
export function isBusyQueue(bytes: number): boolean {
  return bytes > socketQueueBusyBytes
}

/**
 * A socket takes what is written to it whether the peer reads or not. This asks, per socket:
 *
 *   waiting ≤ soft     streams go on
 *   waiting > soft     streams wait; calls are still answered, because the peer asked for the answers
 *   waiting > hard     nothing more is read from the peer, so it cannot ask for more
 *   above soft for `slowMs`, and longer only as a long answer needs at the least rate: `onSlow`
 *
 * So the queue is bounded by the soft bound, one frame, and the answers to the calls in flight.
 */
export class BackPressure {
  readonly #socket: Pressured
  readonly #bounds: PressureBounds
  readonly #onSlow: () => void
  readonly #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #since = 0
  #highest = 0
  #ended = false

  constructor(socket: Pressured, bounds: PressureBounds, onSlow: () => void) {
    this.#socket = socket
    this.#bounds = bounds
    this.#onSlow = onSlow
  }

  /** May the next frame of a stream be sent? Whoever waits already goes first. */
  get isOpen(): boolean {
    return this.#ended || (this.#waiting.length === 0 && !this.#isAbove())
  }

  /** Calls `release` once, when one frame may be sent, or when the socket is gone. */
  whenOpen(release: () => void): void {
    this.#waiting.push(release)
    this.#watch()
  }

  /** Resolves when the next frame of a stream may be sent, and when the socket is gone. */
  ready(): Promise<void> {
    return this.isOpen ? Promise.resolve() : new Promise((resolve) => this.whenOpen(resolve))
  }

  /** True while so much waits that what nobody misses is left out. */
  get isBusy(): boolean {
    return isBusyQueue(this.#socket.bufferedAmount)
  }

  /** Looks at the queue now; called for everything that comes in and goes out. */
  check(): void {
    if (this.#ended || !this.#isAbove()) return
    if (this.#socket.bufferedAmount > this.#bounds.hardBytes && !this.#socket.isPaused) this.#socket.pause()
    this.#watch()
  }

  /** The socket is gone: whoever waits goes on and sees that. */
  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    for (const release of this.#waiting.splice(0)) release()
  }

  #isAbove(): boolean {
    return this.#socket.bufferedAmount > this.#bounds.softBytes
  }

  #watch(): void {
    if (this.#timer !== undefined) return
    this.#highest = 0
    this.#since = performance.now()
    this.#lookLater()
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => this.#look(), lookMs)
  }

  #look(): void {
    const { bufferedAmount, isPaused } = this.#socket
    if (isPaused && bufferedAmount <= this.#bounds.hardBytes) this.#socket.resume()
    this.#highest = Math.max(this.#highest, bufferedAmount)
    if (!this.#isAbove()) this.#release()
    else if (performance.now() - this.#since < this.#patienceMs()) this.#lookLater()
    else this.#giveUp()
  }

  #giveUp(): void {
    this.end()
    if (this.#socket.isPaused) this.#socket.resume()
    this.#onSlow()
  }

  /** Streams are let go one per look: all at once would each add a frame. */
  #release(): void {
    this.#timer = undefined
    this.#waiting.shift()?.()
    if (this.#waiting.length > 0) this.#watch()
  }

  #patienceMs(): number {
    const { hardBytes, slowMs, bytesPerSecondMin, extraMsMax } = this.#bounds
    const extraMs = (Math.max(0, this.#highest - hardBytes) / bytesPerSecondMin) * 1000
    return slowMs + Math.min(extraMs, extraMsMax)
  }
}
