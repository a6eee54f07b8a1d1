import { execFileSync } from 'node:child_process'

type Process = { pid: number; parent: number; command: string }

/** The processes below `pid`, nearest first. */
export function descendants(pid: number): Process[] {
  const all = list()
  const found = all.filter((process) => process.parent === pid)
  for (const process of found) found.push(...all.filter((candidate) => candidate.parent === process.pid))
  return found
}

/** Every process whose command line has this text, for example the path of a data folder. */
export function processesWith(text: string): Process[] {
  return list().filter((process) => process.command.includes(text))
}

export function isAlive(pid: number): boolean {
  return list().some((process) => process.pid === pid)
}

/** Zombies are dead; who should bury them is not our question. */
function list(): Process[] {
  const table = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8', maxBuffer: 16e6 })
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, state, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined || state?.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
  })
}
