import type { FrameSink, OpenStream, RunningStream, TrackedFrame } from '@deskbell/core/streams/frame-sink'
import type { CallId } from './call-counter.ts'

/** What a stream needs from its socket. */
export type StreamSocket = {
  /** Reports whether the next frame of a stream may be written. */
  readonly acceptsFrames: boolean
  readonly isBusy: boolean
  /** Told of the stream while it reads what it starts with. */
  readonly work: { started(): void; finished(): void }
  /** Calls `release` once, when one frame may be written, or when the socket is gone. */
  whenOpen(release: () => void): void
  started(id: CallId): void
  writeFrame(tracked: TrackedFrame<unknown>, id: CallId): void
  streamFailed(stream: { id: CallId; path: string }, cause: unknown): void
}

/** One stream of a socket. It writes frames as fast as the peer reads them. */
export class SocketStream implements FrameSink<unknown> {
  readonly id: CallId
  readonly path: string
  readonly #socket: StreamSocket
  #running: RunningStream | null = null
  #ended = false
  #onStarted: (() => void) | null = null
  #isAnnounced = false
  /** `waiting`: until the socket releases the stream. `now`: during the release, when it may write one frame. */
  #turn: 'free' | 'waiting' | 'now' = 'free'

  constructor(socket: StreamSocket, { id, path }: { id: CallId; path: string }) {
    this.id = id
    this.path = path
    this.#socket = socket
  }

  get hasEnded(): boolean {
    return this.#ended
  }

  /**
   * Starts the stream, unless it was stopped while its call was running. Resolves when the stream has read what it starts
   * with, or has ended.
   */
  async begin(open: OpenStream<unknown>): Promise<void> {
    if (this.#ended) return
    const { work } = this.#socket
    work.started()
    const started = new Promise<void>((resolve) => {
      this.#onStarted = resolve
    })
    try {
      this.#running = open(this)
      await started
    } finally {
      work.finished()
    }
  }

  stop(): void {
    this.#ended = true
    this.#hasStarted()
    this.#running?.stop()
    this.#running = null
  }

  get isBusy(): boolean {
    return this.#socket.isBusy
  }

  mayWrite(): boolean {
    this.#hasStarted()
    if (this.#turn === 'now') return true
    if (this.#turn === 'free' && this.#socket.acceptsFrames) return true
    if (this.#turn === 'free') {
      this.#turn = 'waiting'
      this.#socket.whenOpen(() => this.#writeNext())
    }
    return false
  }

  write(tracked: TrackedFrame<unknown>): void {
    if (this.#turn === 'now') this.#turn = 'free'
    // Sent with the first frame, which follows at once, in one write.
    if (!this.#isAnnounced) this.#socket.started(this.id)
    this.#isAnnounced = true
    this.#socket.writeFrame(tracked, this.id)
  }

  fail(cause: unknown): void {
    this.#ended = true
    this.#hasStarted()
    this.#socket.streamFailed(this, cause)
  }

  #hasStarted(): void {
    this.#onStarted?.()
    this.#onStarted = null
  }

  #writeNext(): void {
    this.#turn = 'now'
    this.#running?.flush()
    if (this.#turn === 'now') this.#turn = 'free'
  }
}
