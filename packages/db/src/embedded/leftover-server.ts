import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { DataFolderError } from './data-folder-error.ts'
import type { PostgresLog } from './postgres-log.ts'
import { ourMark } from './server-settings.ts'

/**
 * Clears what an earlier run left on the cluster. The caller holds the folder's lock, so no Deskbell lives that
 * could own it. What `postmaster.pid` names is one of four:
 *
 *   nothing alive                       PostgreSQL deals with that itself: recovery, then a normal start
 *   our server, its parent gone         stopped here; what was acknowledged is on the disk
 *   a server that we did not start      refused: somebody is at work on the folder
 *   another program with a reused id    PostgreSQL would refuse to start, so the file is removed
 */
export async function clearLeftover(cluster: string, log: PostgresLog): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid')
  const pid = await recordedPid(pidFile)
  if (pid === undefined || !sendSignal(pid, 0)) return
  const command = await commandLine(pid)
  if (!isServerOf(command, cluster)) return removeRecord(pidFile, pid, log)
  if (!command.includes(ourMark)) {
    throw new DataFolderError(
      `A PostgreSQL that Deskbell did not start (process ${pid}) works on ${cluster}: stop it first.`,
    )
  }
  log.warn({ pid }, 'stopping the database that an earlier run left behind')
  await stop(pid, cluster)
}

/**
 * Safe also when a child of a dead server still lives: PostgreSQL then finds its shared memory,
 * by the number of the folder, still in use, and does not start.
 */
async function removeRecord(pidFile: string, pid: number, log: PostgresLog): Promise<void> {
  log.warn({ pid }, 'removing postmaster.pid: its process id now belongs to another program')
  await rm(pidFile, { force: true })
}

async function stop(pid: number, cluster: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    sendSignal(pid, signal)
    const deadline = performance.now() + stopWaitMs
    while (performance.now() < deadline) {
      // Not by asking whether the id is alive: a process that nobody has waited for yet still has it.
      if (!isServerOf(await commandLine(pid), cluster)) return
      await delay(10)
    }
  }
  throw new DataFolderError(`The database that an earlier run left behind (process ${pid}) does not stop.`)
}

const stopWaitMs = 10_000

async function recordedPid(pidFile: string): Promise<number | undefined> {
  const text = await readFile(pidFile, 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 0 ? pid : undefined
}

/** False when there is no such process. One that belongs to somebody else is alive all the same. */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** The words of a server's command line; each ends with a zero, so that `-D folder` is found exactly. */
async function commandLine(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  if (text !== undefined) return text.split('\0')
  // macOS has no /proc, and ps no separators.
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.trim().split(/\s+(?=-[cD]\s)|(?<=\s-[cD])\s+/)
}

function isServerOf(command: string[], cluster: string): boolean {
  return command.some((word, index) => word === '-D' && command[index + 1] === cluster)
}
