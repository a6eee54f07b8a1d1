import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { DataFolderError } from '../data-folder/data-folder-error.ts'
import type { PostgresLogger } from './postgres-log.ts'
import { ourMark } from './server-settings.ts'

/**
 * Stops or removes what an earlier run left on the cluster. The caller holds the lock of the folder, so no running
 * Deskbell owns it. The process that `postmaster.pid` names is one of four:
 *
 *   none that runs                      nothing to do: PostgreSQL recovers when it starts
 *   a server that Deskbell started      it is stopped; what it has acknowledged is on the disk
 *   a server that Deskbell did not      a `DataFolderError`, because someone uses the folder
 *   another program with a reused id    PostgreSQL would refuse to start, so the file is removed
 */
export async function clearLeftover(cluster: string, log: PostgresLogger): Promise<void> {
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
 * Safe even if a child of a dead server is still running: PostgreSQL then finds the shared memory of the folder in use,
 * and does not start.
 */
async function removeRecord(pidFile: string, pid: number, log: PostgresLogger): Promise<void> {
  log.warn({ pid }, 'removing postmaster.pid: its process id now belongs to another program')
  await rm(pidFile, { force: true })
}

async function stop(pid: number, cluster: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    sendSignal(pid, signal)
    const deadline = performance.now() + stopWaitMs
    while (performance.now() < deadline) {
      // A signal 0 would not do: a process that has ended keeps its id until its parent has waited for it.
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

/** Returns false when there is no such process. A process of another user counts as running. */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Returns the arguments of a process. In /proc each ends with a zero byte, so that `-D folder` is found exactly. */
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
