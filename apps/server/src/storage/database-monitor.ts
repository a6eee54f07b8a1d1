import type { Database } from '@deskbell/db/database'

export type DatabaseMonitor = {
  /** Reports whether the last probe succeeded and the database is up. True before the first probe. */
  answers(): boolean
  stop(): void
}

export type DatabaseMonitorOptions = {
  db: Database
  /** False as soon as the embedded database is down, without waiting for a probe. */
  isUp: () => boolean
  intervalMs?: number
}

/**
 * Probes the database at an interval, so that `/readyz` responds without a query. The probes use the reserved
 * connection, so they do not wait for queries of users.
 */
export function monitorDatabase({ db, isUp, intervalMs = 500 }: DatabaseMonitorOptions): DatabaseMonitor {
  let answered = true
  let asking = false

  async function ask(): Promise<void> {
    if (asking) return
    asking = true
    answered = await db.reserved.execute('select 1').then(
      () => true,
      () => false,
    )
    asking = false
  }

  const timer = setInterval(() => void ask(), intervalMs)
  return {
    answers: () => answered && isUp(),
    stop: () => clearInterval(timer),
  }
}
