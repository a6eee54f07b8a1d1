import type { Wheeled } from '../timer-wheel.ts'
import type { FrameSink, RunningStream, Step } from './frame-sink.ts'
import { heartbeatGapMs } from './heartbeat.ts'
import type { StreamDesk } from './stream-desk.ts'

/** One reader of a chat or of an inbox. It decides which frame is next and knows nothing about the transport. */
export type Follower<F> = {
  /** True only if `next` would return null. It is cheaper than the check whether a frame may be written. */
  readonly isQuiet: boolean
  /** The next frame; null when there is none until the stream is woken. */
  next(): Step<F> | null
  heartbeat(): Step<F>
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
export class PushedStream<F> implements RunningStream, Wheeled {
  readonly #desk: StreamDesk
  readonly #sink: FrameSink<F>
  #follower: Follower<F> | null = null
  /** Set until there is a follower: after that, `leave` of the follower does the same. */
  #giveUp: (() => void) | null = null
  #ended = false
  #awaitsFresh = false
  #spokeAt = 0
  #gapMs = heartbeatGapMs()

  constructor(desk: StreamDesk, sink: FrameSink<F>) {
    this.#desk = desk
    this.#sink = sink
  }

  /** Runs once the follower is ready. `leave` releases what was acquired before, and may be called more than once. */
  async begin(beginning: Promise<Follower<F>>, leave: () => void): Promise<void> {
    this.#giveUp = leave
    try {
      const follower = await beginning
      if (this.#ended) {
        follower.leave()
        return
      }
      this.#follower = follower
      this.#giveUp = null
      this.#desk.wheel.add(this, this.#gapMs)
      this.#spoke()
      this.speak()
    } catch (cause) {
      this.#fail(cause)
    }
  }

  speak(): void {
    const follower = this.#follower
    if (follower === null) return
    try {
      while (!follower.isQuiet && this.#maySpeak()) {
        const step = follower.next()
        if (step === null) return
        this.#spoke()
        this.#sink.write(step)
      }
    } catch (cause) {
      this.#fail(cause)
    }
  }

  stop(): void {
    if (this.#ended) return
    this.#ended = true
    this.#desk.wheel.remove(this)
    this.#desk.wakes.forget(this)
    this.#giveUp?.()
    this.#follower?.leave()
  }

  onDue(now: number): number | null {
    if (now >= this.#spokeAt + this.#gapMs) this.#beat()
    return this.#ended ? null : Math.max(0, this.#spokeAt + this.#gapMs - now)
  }

  /** If the sink accepts nothing now, the next attempt is one gap later. */
  #beat(): void {
    this.#spoke()
    this.#gapMs = heartbeatGapMs()
    try {
      if (this.#follower !== null && this.#maySpeak()) this.#sink.write(this.#follower.heartbeat())
    } catch (cause) {
      this.#fail(cause)
    }
  }

  #maySpeak(): boolean {
    if (this.#ended) return false
    if (this.#desk.isFresh) return this.#sink.mayWrite()
    this.#awaitFresh()
    return false
  }

  #awaitFresh(): void {
    if (this.#awaitsFresh) return
    this.#awaitsFresh = true
    void this.#desk.whenFresh().then(() => {
      this.#awaitsFresh = false
      this.speak()
    })
  }

  #spoke(): void {
    this.#spokeAt = this.#desk.wheel.now
  }

  #fail(cause: unknown): void {
    if (this.#ended) return
    this.stop()
    this.#sink.fail(cause)
  }
}
