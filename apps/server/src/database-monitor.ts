import type { Database } from '@deskbell/db/database'

export type DatabaseMonitor = {
  /** Did the database answer lately? */
  answers(): boolean
  stop(): void
}

export type DatabaseMonitorOptions = {
  db: Database
  /** Says at once that a database of our own is down. */
  isUp: () => boolean
  intervalMs?: number
}

/** Asks the database the cheapest question now and then, so that `/readyz` answers at once. It waits behind no user. */
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
