import { heartbeatMaxMs, heartbeatMinMs } from '@deskbell/contract/limits'
import { TimerWheel } from '../timer-wheel.ts'

const tickMs = 500
/** How late the wheel may be. */
const lateMs = 2 * tickMs

/** In how many milliseconds a stream that stays idle speaks next; random, so that streams do not speak in step. */
export function heartbeatInMs(): number {
  return heartbeatMinMs + Math.random() * (heartbeatMaxMs - lateMs - heartbeatMinMs)
}

/** One for all streams of a process. */
export function createHeartbeatWheel(): TimerWheel {
  return new TimerWheel({ tickMs, spanMs: heartbeatMaxMs })
}
