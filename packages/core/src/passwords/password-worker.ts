import { argon2Sync } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'

/** What one hash with Argon2id is made of. */
export type HashOrder = {
  memory: number
  passes: number
  parallelism: number
  message: string
  nonce: Uint8Array
  tagLength: number
}

/**
 * With five steps less, a quarter of the time of a processor that another thread wants too, and all of it otherwise. More
 * than that lets sign-ins starve where other programs keep all processors busy.
 */
const priorityLess = 5

/** Under Linux each thread has a priority of its own. Elsewhere all of a process have one, which stays as it is. */
function lowerPriority(): void {
  if (process.platform !== 'linux') return
  const [, thread] = /\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? []
  if (thread === undefined) return
  const less = getPriority(Number(thread)) + priorityLess
  setPriority(Number(thread), Math.min(constants.priority.PRIORITY_LOW, less))
}

try {
  lowerPriority()
} catch {
  // A sandbox may forbid it. Operators sign in there too.
}
parentPort?.on('message', (order: HashOrder) => parentPort?.postMessage(argon2Sync('argon2id', order)))
