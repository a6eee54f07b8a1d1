import { heartbeatMaxMs, heartbeatMinMs } from '@deskbell/contract/limits'

/** When a stream that stays idle speaks next; random, so that streams do not speak in step. */
export function nextHeartbeat(): number {
  return performance.now() + heartbeatMinMs + Math.random() * (heartbeatMaxMs - heartbeatMinMs)
}
