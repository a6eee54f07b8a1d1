import { setTimeout as delay } from 'node:timers/promises'
import { closeCodes } from '@deskbell/contract/close-codes'
import type { LiveSocket } from './live-socket.ts'

/** tRPC's own word for "open another connection, then leave this one". Calls in flight finish on the old one. */
const moveFrame = JSON.stringify({ id: null, method: 'reconnect' })
const stepMs = 20

export type DrainTimes = { drainMs: number; drainGraceMs: number }

/**
 * Asks the sockets to move, spread over a window, because all at once would come back all at once.
 * Who has not left after the grace is closed with 1012, and cut off when it does not answer that either.
 */
export async function drainSockets(sockets: ReadonlySet<LiveSocket>, times: DrainTimes): Promise<void> {
  const waiting = [...sockets]
  const steps = Math.max(1, Math.round(times.drainMs / stepMs))
  const perStep = Math.max(1, Math.ceil(waiting.length / steps))
  while (waiting.length > 0) {
    for (const socket of waiting.splice(0, perStep)) ask(socket)
    await delay(stepMs)
  }
  await emptied(sockets, times.drainGraceMs)
  for (const { ws } of sockets) ws.close(closeCodes.restart)
  await emptied(sockets, times.drainGraceMs)
  for (const { ws } of sockets) ws.terminate()
}

function ask({ ws }: LiveSocket): void {
  if (ws.readyState === ws.OPEN) ws.send(moveFrame)
}

async function emptied(sockets: ReadonlySet<LiveSocket>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (sockets.size > 0 && performance.now() < deadline) await delay(stepMs)
}
