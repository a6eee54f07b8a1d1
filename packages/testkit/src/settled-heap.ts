import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { z } from 'zod'

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/** The memory of buffers is released after a collection, in the background. */
const releaseMs = 50

/**
 * Collects all garbage of this process, as before a heap snapshot: an ordinary collection leaves what may be used again,
 * such as caches of code. Returns the bytes in use after that, those of buffers included.
 */
export async function settledHeap(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = z.custom<Collect>((value) => typeof value === 'function').parse(runInNewContext('gc'))
  for (let round = 0; round < 3; round += 1) {
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    await delay(releaseMs)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
