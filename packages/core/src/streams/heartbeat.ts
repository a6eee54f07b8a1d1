import { heartbeatMaxMs, heartbeatMinMs } from '@deskbell/contract/limits'
import { TimerWheel } from '../timer-wheel.ts'

const tickMs = 500
/** The wheel may be two ticks late. Its clock is up to one tick behind, so a gap may also be that much shorter. */
const lateMs = 2 * tickMs
const earlyMs = tickMs

/** How long a stream is idle before its heartbeat. It is random, so that many streams do not send at the same time. */
export function heartbeatGapMs(): number {
  const [least, most] = [heartbeatMinMs + earlyMs, heartbeatMaxMs - lateMs]
  return least + Math.random() * (most - least)
}

/** One wheel serves all streams of a process. */
export function createHeartbeatWheel(): TimerWheel {
  return new TimerWheel({ tickMs, spanMs: heartbeatMaxMs })
}
