import { setTimeout as delay } from 'node:timers/promises'
import { DataFolderError } from '../data-folder/data-folder-error.ts'
import type { PostgresLogger } from './postgres-log.ts'
import type { ServerProcess } from './server-process.ts'

export type ServerState = 'running' | 'restarting' | 'stopped'

export type Supervisor = {
  state(): ServerState
  /** May be called more than once. */
  stop(): Promise<void>
}

const firstDelayMs = 50
const delayMaxMs = 10_000
/** If a server ran for this long before it ended, the back-off starts again from the shortest delay. */
const healthyAfterMs = 60_000
const firstStartAttempts = 6

/**
 * Starts a server, and restarts it whenever it ends:
 *
 *   launch → ready ('running') → ended ('restarting') → back-off → launch → …
 *                              → stop() ('stopped')
 *
 * Throws a `DataFolderError` when the first start fails.
 */
export async function supervise(launch: () => ServerProcess, log: PostgresLogger): Promise<Supervisor> {
  let current = await firstServer(launch)
  let state: ServerState = 'running'
  const stopping = new AbortController()

  const keepRunning = async () => {
    let failures = 0
    let launchedAt = performance.now()
    for (;;) {
      const complaint = await current.ended
      if (stopping.signal.aborted) return
      state = 'restarting'
      failures = performance.now() - launchedAt > healthyAfterMs ? 1 : failures + 1
      const waitMs = backOffMs(failures)
      log.error({ waitMs, failures }, `the database ended and is started again: ${complaint}`)
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      launchedAt = performance.now()
      current = launch()
      if (!(await current.ready()) || stopping.signal.aborted) continue
      state = 'running'
      log.info({}, 'the database is back')
    }
  }
  const kept = keepRunning()

  const stop = async () => {
    stopping.abort()
    await current.stop()
    await kept
    state = 'stopped'
  }
  let stopped: Promise<void> | undefined
  return { state: () => state, stop: () => (stopped ??= stop()) }
}

/** Retries while children of a server that was killed still use its shared memory, which takes a moment. */
async function firstServer(launch: () => ServerProcess): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const server = launch()
    if (await server.ready()) return server
    const complaint = await server.ended
    if (!/shared memory block/.test(complaint) || attempt === firstStartAttempts) {
      throw new DataFolderError(`The database did not start: ${complaint}`)
    }
    await delay(backOffMs(attempt))
  }
}

function backOffMs(failures: number): number {
  return Math.min(firstDelayMs * 2 ** (failures - 1), delayMaxMs)
}
