import { readdirSync, readFileSync } from 'node:fs'
import { usageOf } from './process-usage.ts'

/**
 * CPU time of all threads of a process in microseconds, by the scheduler's own clock, which counts nanoseconds where
 * `/proc/PID/stat` counts hundredths of a second. A thread that has ended is not in it.
 */
export function cpuTimeOf(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const nanoseconds = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    return nanoseconds.reduce((sum, ns) => sum + ns, 0) / 1000
  } catch {
    // A kernel without the scheduler's statistics.
    return usageOf(pid).cpuUs
  }
}
