import { heartbeatMaxMs, heartbeatMinMs } from '@deskbell/contract/limits'
import { TimerWheel } from '../timer-wheel.ts'

const tickMs = 500
/** How late the wheel may be; and its clock is up to a tick behind, so what it calls a while ago may be nearer. */
const lateMs = 2 * tickMs
const earlyMs = tickMs

/** How long a stream stays idle before it speaks; random, so that streams do not speak in step. */
export function heartbeatGapMs(): number {
  const [least, most] = [heartbeatMinMs + earlyMs, heartbeatMaxMs - lateMs]
  return least + Math.random() * (most - least)
}

/** One for all streams of a process. */
export function createHeartbeatWheel(): TimerWheel {
  return new TimerWheel({ tickMs, spanMs: heartbeatMaxMs })
}
