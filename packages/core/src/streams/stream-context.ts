import type { TimerWheel } from '../timer-wheel.ts'
import type { WakeQueue } from './wake-queue.ts'

/** What all streams of a process share. */
export type StreamContext = {
  readonly wakes: WakeQueue
  /** Heartbeats of idle streams. */
  readonly wheel: TimerWheel
  /** False while nothing may be sent. */
  readonly isFresh: boolean
  /** Resolves when frames may be sent again. */
  whenFresh(): Promise<void>
}
