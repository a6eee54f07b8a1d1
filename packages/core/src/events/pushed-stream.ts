import type { Wheeled } from '../timer-wheel.ts'
import type { FrameSink, RunningStream, Step } from './frame-sink.ts'
import { heartbeatGapMs } from './heartbeat.ts'
import type { StreamDesk } from './stream-desk.ts'

/** One reader of a chat or of an inbox: what to say next, and nothing of how it gets there. */
export type Follower<F> = {
  /** True when `next` would surely say nothing: asking costs less than finding out whether it may. */
  readonly isQuiet: boolean
  /** The next frame; null when there is nothing to say before somebody wakes the stream. */
  next(): Step<F> | null
  heartbeat(): Step<F>
  leave(): void
}

/**
 * A stream without a queue, a promise or a timer of its own. Whoever has news wakes it; then it asks its follower for
 * one frame after the other, for as long as the line takes them and this process knows that they still hold:
 *
 *   beginning ──▶ running ──▶ ended
 *
 * A frame is made at the moment in which it may be sent, so none ever waits and becomes wrong.
 */
export class PushedStream<F> implements RunningStream, Wheeled {
  readonly #desk: StreamDesk
  readonly #sink: FrameSink<F>
  #follower: Follower<F> | null = null
  /** Until the follower is there, which then leaves by itself. */
  #giveUp: (() => void) | null = null
  #ended = false
  #awaitsFresh = false
  #spokeAt = 0
  #gapMs = heartbeatGapMs()

  constructor(desk: StreamDesk, sink: FrameSink<F>) {
    this.#desk = desk
    this.#sink = sink
  }

  /** Runs once the follower is there. `leave` gives back what was taken before it was, and may be called again. */
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

  /** A line that takes nothing at this moment is asked again in a while. */
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
