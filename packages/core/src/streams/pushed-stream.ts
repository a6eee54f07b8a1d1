import type { WheelTimer } from '../timer-wheel.ts'
import type { FrameSink, RunningStream, TrackedFrame } from './frame-sink.ts'
import { heartbeatGapMs } from './heartbeat.ts'
import type { StreamContext } from './stream-context.ts'

/** One reader of a chat or of an inbox. It decides which frame is next and knows nothing about the transport. */
export type Follower<F> = {
  /** True only if `next` would return null. It is cheaper than the check whether a frame may be written. */
  readonly isIdle: boolean
  /** The next frame; null when there is none until the stream is woken. */
  next(): TrackedFrame<F> | null
  heartbeat(): TrackedFrame<F>
  leave(): void
}

/**
 * A stream without a queue or a timer of its own. When it is woken, it asks its follower for one frame after the other,
 * while the sink accepts them and the state of this process is fresh:
 *
 *   beginning ──▶ running ──▶ ended
 *
 * A frame is made at the moment when it may be sent, so no frame waits and becomes stale.
 */
export class PushedStream<F> implements RunningStream, WheelTimer {
  readonly #context: StreamContext
  readonly #sink: FrameSink<F>
  #follower: Follower<F> | null = null
  /** Set until there is a follower: after that, `leave` of the follower does the same. */
  #release: (() => void) | null = null
  #ended = false
  #awaitsFresh = false
  #wroteAt = 0
  #gapMs = heartbeatGapMs()

  constructor(context: StreamContext, sink: FrameSink<F>) {
    this.#context = context
    this.#sink = sink
  }

  /** Runs once the follower is ready. `leave` releases what was acquired before, and may be called more than once. */
  async begin(beginning: Promise<Follower<F>>, leave: () => void): Promise<void> {
    this.#release = leave
    try {
      const follower = await beginning
      if (this.#ended) {
        follower.leave()
        return
      }
      this.#follower = follower
      this.#release = null
      this.#context.wheel.add(this, this.#gapMs)
      this.#noteWrite()
      this.flush()
    } catch (cause) {
      this.#fail(cause)
    }
  }

  flush(): void {
    const follower = this.#follower
    if (follower === null) return
    try {
      while (!follower.isIdle && this.#canWrite()) {
        const tracked = follower.next()
        if (tracked === null) return
        this.#noteWrite()
        this.#sink.write(tracked)
      }
    } catch (cause) {
      this.#fail(cause)
    }
  }

  stop(): void {
    if (this.#ended) return
    this.#ended = true
    this.#context.wheel.remove(this)
    this.#context.wakes.forget(this)
    this.#release?.()
    this.#follower?.leave()
  }

  onDue(now: number): number | null {
    if (now >= this.#wroteAt + this.#gapMs) this.#sendHeartbeat()
    return this.#ended ? null : Math.max(0, this.#wroteAt + this.#gapMs - now)
  }

  /** If the sink accepts nothing now, the next attempt is one gap later. */
  #sendHeartbeat(): void {
    this.#noteWrite()
    this.#gapMs = heartbeatGapMs()
    try {
      if (this.#follower !== null && this.#canWrite()) this.#sink.write(this.#follower.heartbeat())
    } catch (cause) {
      this.#fail(cause)
    }
  }

  #canWrite(): boolean {
    if (this.#ended) return false
    if (this.#context.isFresh) return this.#sink.mayWrite()
    this.#awaitFresh()
    return false
  }

  #awaitFresh(): void {
    if (this.#awaitsFresh) return
    this.#awaitsFresh = true
    void this.#context.whenFresh().then(() => {
      this.#awaitsFresh = false
      this.flush()
    })
  }

  #noteWrite(): void {
    this.#wroteAt = this.#context.wheel.now
  }

  #fail(cause: unknown): void {
    if (this.#ended) return
    this.stop()
    this.#sink.fail(cause)
  }
}
