import type { TimerWheel } from '../timer-wheel.ts'
import type { WakeQueue } from './wake-queue.ts'

/** What all streams of a process share. */
export type StreamDesk = {
  readonly wakes: WakeQueue
  /** Heartbeats of idle streams. */
  readonly wheel: TimerWheel
  /** True when nothing stands against sending at this moment. */
  readonly isTrusted: boolean
  /** Resolves when frames may be sent again. */
  trusted(): Promise<void>
}
