import type { Bus } from '@deskbell/bus/bus'
import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import type { Clock } from '@deskbell/core/clock'
import { type AuthMode, type Core, createCore, type Log } from '@deskbell/core/context'
import type { Database } from '@deskbell/db/database'
import { freshDatabase } from './fresh-database.ts'
import { silentLog } from './silent-log.ts'

export type FreshCore = AsyncDisposable & {
  readonly core: Core
  readonly db: Database
  readonly connectionString: string
  /** Stops the core and removes its database. */
  drop(): Promise<void>
}

export type FreshCoreOptions = { poolMax?: number; authMode?: AuthMode; clock?: Clock; bus?: Bus; log?: Log }

/** A started core over a database and an in-process bus of its own. */
export async function freshCore(options: FreshCoreOptions = {}): Promise<FreshCore> {
  const { poolMax = 10, bus = createInProcessBus(), log = silentLog, authMode = 'open', clock } = options
  const database = await freshDatabase({ poolMax })
  const core = createCore({ db: database.db, bus, log, authMode, ...(clock && { clock }) })
  await core.start()
  const drop = async () => {
    await core.stop()
    await database.drop()
  }
  return { core, db: database.db, connectionString: database.connectionString, drop, [Symbol.asyncDispose]: drop }
}
