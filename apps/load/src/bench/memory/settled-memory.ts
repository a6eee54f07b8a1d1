import { setTimeout as delay } from 'node:timers/promises'
import { usageOf } from '../suite/process-usage.ts'

/** The environment in which a server collects its garbage when it is told to. The same for all contenders. */
export const collectingEnv = {
  NODE_OPTIONS: `--disable-warning=ExperimentalWarning --expose-gc --max-semi-space-size=4 --import=${new URL('gc-on-signal.ts', import.meta.url).href}`,
}

export type SettleOptions = {
  /** Makes it collect its garbage first, which needs `collectingEnv`. */
  collect?: boolean
  /** How often in a row nothing must have changed, a quarter of a second apart. */
  stableSamples?: number
  /** After so many it has not settled. */
  samplesMax?: number
}

const sampleMs = 250
/** Less than this is nothing. */
const noiseBytes = 256 * 1024

/** Resident bytes of a process once they have stopped changing. Throws when they never do: such a figure is chance. */
export async function settledMemory(pid: number, options: SettleOptions = {}): Promise<number> {
  const { collect = false, stableSamples = 6, samplesMax = 80 } = options
  let [last, quiet] = [0, 0]
  for (let sample = 0; sample < samplesMax; sample += 1) {
    // Twice in the beginning: what is freed only by finalizers goes with the second.
    if (collect && sample < 2) process.kill(pid, 'SIGUSR2')
    await delay(sampleMs)
    const { residentBytes } = usageOf(pid)
    quiet = Math.abs(residentBytes - last) < noiseBytes ? quiet + 1 : 0
    last = residentBytes
    if (quiet >= stableSamples) return last
  }
  const seconds = (samplesMax * sampleMs) / 1_000
  throw new Error(`The memory did not settle in ${seconds} s: it was ${Math.round(last / 1024 ** 2)} MB at the end.`)
}
