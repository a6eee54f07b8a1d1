import { socketQueueBusyBytes } from '@deskbell/contract/limits'

/** What back-pressure needs from a socket: what is queued for the peer, and control over reading from the peer. */
export type Pressured = {
  readonly queuedBytes: number
  readonly queuedWrites: number
  readonly isPaused: boolean
  pause(): void
  resume(): void
}

export type PressureBounds = {
  softBytes: number
  hardBytes: number
  /** The bounds of the number of writes, because a small one costs more than its bytes. */
  softWrites: number
  hardWrites: number
  slowMs: number
  /** A queue above the hard bound gets extra time: what its excess takes at this rate, at most `extraMsMax`. */
  bytesPerSecondMin: number
  extraMsMax: number
}

const pollMs = 20

/** Reports whether so many bytes are queued that streams skip typing. */
export function isBusyQueue(bytes: number): boolean {
  return bytes > socketQueueBusyBytes
}

/**
 * A socket queues without limit what its peer does not read. This class limits the queue of one socket:
 *
 *   queued ≤ soft     streams write
 *   queued > soft     streams wait; calls are still answered, because the peer requested the responses
 *   queued > hard     nothing more is read from the peer, so it cannot request more
 *   above soft for `slowMs`, plus the extra time of a long response: `onSlow`
 *
 * So the queue is at most the soft bound, one frame, and the responses to the calls in flight. The number of writes has
 * bounds too: above the soft one streams wait, and above the hard one, which no peer reaches that reads, `onSlow` is
 * called at once. Pausing would not do, because what has arrived already is handled before.
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

  /** Reports whether the next frame of a stream may be sent. Streams that wait already go first. */
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

  /** See `isBusyQueue`. */
  get isBusy(): boolean {
    return isBusyQueue(this.#socket.queuedBytes)
  }

  /** Checks the queue now. Call it for everything that is received or written. */
  check(): void {
    if (this.#ended || !this.#isAbove()) return
    if (this.#socket.queuedWrites > this.#bounds.hardWrites) {
      this.#closeSlow()
      return
    }
    if (this.#socket.queuedBytes > this.#bounds.hardBytes && !this.#socket.isPaused) this.#socket.pause()
    this.#watch()
  }

  /** The socket is gone. Releases all streams that wait, so that they can end. */
  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    for (const release of this.#waiting.splice(0)) release()
  }

  #isAbove(): boolean {
    const { queuedBytes, queuedWrites } = this.#socket
    return queuedBytes > this.#bounds.softBytes || queuedWrites > this.#bounds.softWrites
  }

  #watch(): void {
    if (this.#timer !== undefined) return
    this.#highest = 0
    this.#since = performance.now()
    this.#schedulePoll()
  }

  #schedulePoll(): void {
    this.#timer = setTimeout(() => this.#poll(), pollMs)
  }

  #poll(): void {
    if (this.#socket.isPaused && this.#socket.queuedBytes <= this.#bounds.hardBytes) this.#socket.resume()
    this.#highest = Math.max(this.#highest, this.#socket.queuedBytes)
    if (!this.#isAbove()) this.#release()
    else if (performance.now() - this.#since < this.#toleratedMs()) this.#schedulePoll()
    else this.#closeSlow()
  }

  #closeSlow(): void {
    this.end()
    if (this.#socket.isPaused) this.#socket.resume()
    this.#onSlow()
  }

  /** Releases one stream per poll. Released together, each would add a frame to the queue. */
  #release(): void {
    this.#timer = undefined
    this.#waiting.shift()?.()
    if (this.#waiting.length > 0) this.#watch()
  }

  #toleratedMs(): number {
    const { hardBytes, slowMs, bytesPerSecondMin, extraMsMax } = this.#bounds
    const extraMs = (Math.max(0, this.#highest - hardBytes) / bytesPerSecondMin) * 1000
    return slowMs + Math.min(extraMs, extraMsMax)
  }
}
