import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collects garbage, and returns the bytes that are still in use: those of the heap, and of buffers. */
export async function heapAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('This engine cannot be asked to collect garbage.')
  // What a collection releases may hold more, which only the next one finds.
  for (let round = 0; round < 3; round += 1) {
    collect()
    await nextTurn()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
