import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunAs } from '../run-as.ts'
import { logServerLine, type PostgresLogger } from './postgres-log.ts'
import { setWatchdog } from './watchdog.ts'

export type ServerProcess = {
  /** Resolves when the process has ended, with the last error line that it wrote. */
  readonly ended: Promise<string>
  /** Resolves with true when the server accepts connections, and with false when it ended before. */
  ready(): Promise<boolean>
  /** Ends the sessions and the server with a checkpoint (a fast shutdown); after ten seconds, without one. */
  stop(): Promise<void>
}

export type ServerLaunch = {
  runAs: RunAs
  program: string
  args: string[]
  cluster: string
  log: PostgresLogger
}

/** Starts PostgreSQL and its watchdog. It has a session of its own, so that Ctrl-C in a terminal does not reach it. */
export function launchServer({ runAs, program, args, cluster, log }: ServerLaunch): ServerProcess {
  const child = runAs.spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const watchdog = child.pid === undefined ? undefined : setWatchdog(runAs, child.pid)
  let over = false
  let complaint = 'it ended without a word'
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (/^(FATAL|PANIC)|^postgres:|error while loading/.test(line)) complaint = line
      logServerLine(log, line)
    })
  }
  const ended = new Promise<string>((resolve) => {
    const end = (reason?: string) => {
      over = true
      watchdog?.dismiss()
      resolve(reason ?? complaint)
    }
    child.once('error', (error) => end(error.message))
    // The event is not 'close', because orphaned children of a killed server would keep the pipe open.
    child.once('exit', () => setImmediate(end))
  })
  return {
    ended,
    ready: async () => {
      while (!over && !(await saysReady(cluster, child.pid))) await delay(10)
      return !over
    },
    stop: async () => {
      child.kill('SIGINT')
      const immediate = setTimeout(() => child.kill('SIGQUIT'), 10_000)
      await ended
      clearTimeout(immediate)
    },
  }
}

/** The first line of postmaster.pid is the process id, the eighth the state of the server. */
async function saysReady(cluster: string, pid: number | undefined): Promise<boolean> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}
