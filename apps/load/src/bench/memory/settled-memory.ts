import { setTimeout as delay } from 'node:timers/promises'
import { usageOf } from '../suite/process-usage.ts'

/** The environment in which a server collects its garbage when it is told to. The same for all contenders. */
export const collectingEnv = {
  NODE_OPTIONS: `--disable-warning=ExperimentalWarning --expose-gc --import=${new URL('gc-on-signal.ts', import.meta.url).href}`,
}

const lookMs = 250
const quietLooks = 6
const looksMax = 80
/** Less than this is nothing. */
const noiseBytes = 256 * 1024

/** Resident bytes of a process once they have stopped changing. */
export async function settledMemory(pid: number, collect: boolean): Promise<number> {
  let [last, quiet] = [0, 0]
  for (let look = 0; look < looksMax && quiet < quietLooks; look += 1) {
    // Twice in the beginning: what is freed only by finalizers goes with the second.
    if (collect && look < 2) process.kill(pid, 'SIGUSR2')
    await delay(lookMs)
    const { residentBytes } = usageOf(pid)
    quiet = Math.abs(residentBytes - last) < noiseBytes ? quiet + 1 : 0
    last = residentBytes
  }
  return last
}
