import { readdirSync, readFileSync } from 'node:fs'

/** What processes have used so far: CPU time (user and system) in microseconds, memory in bytes. */
export type Usage = { cpuUs: number; residentBytes: number }

/** The tick of /proc, a hundredth of a second on every Linux that we know. */
const tickUs = 10_000
const pageBytes = 4_096

/** The sum over a process and all its descendants, from /proc. */
export function usageOfTree(pid: number): Usage {
  const children = childrenByParent()
  const sum: Usage = { cpuUs: 0, residentBytes: 0 }
  const queue = [pid]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const own = usageOf(next)
    sum.cpuUs += own.cpuUs
    sum.residentBytes += own.residentBytes
    queue.push(...(children.get(next) ?? []))
  }
  return sum
}

/** One process; zero when it is gone. The CPU time of children that have ended and were waited for counts too. */
export function usageOf(pid: number): Usage {
  const fields = statOf(pid)
  if (fields === null) return { cpuUs: 0, residentBytes: 0 }
  // Fields 14–17 of proc(5): utime, stime, cutime, cstime; 24: rss. The list begins at field 3.
  const ticks = [11, 12, 13, 14].reduce((total, place) => total + Number(fields[place]), 0)
  return { cpuUs: ticks * tickUs, residentBytes: Number(fields[21]) * pageBytes }
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const parent = Number(statOf(pid)?.[1])
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  return children
}

/** The fields behind the name, which may hold blanks and brackets. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
