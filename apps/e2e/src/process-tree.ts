import { execFileSync } from 'node:child_process'

type Process = { pid: number; parent: number; command: string }

/** Returns the descendants of a process, nearest first. */
export function descendants(pid: number): Process[] {
  const all = list()
  const found = all.filter((process) => process.parent === pid)
  for (const process of found) found.push(...all.filter((candidate) => candidate.parent === process.pid))
  return found
}

/** Returns every process whose command line contains this text, for example the path of a data folder. */
export function processesWith(text: string): Process[] {
  return list().filter((process) => process.command.includes(text))
}

export function isAlive(pid: number): boolean {
  return list().some((process) => process.pid === pid)
}

/** Lists all processes except zombies: those have ended, and only their parent can remove them. */
function list(): Process[] {
  const table = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8', maxBuffer: 16e6 })
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, state, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined || state?.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
  })
}
