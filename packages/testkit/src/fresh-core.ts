import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { type Core, type CoreOptions, createCore } from '@deskbell/core/context'
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

export type FreshCoreOptions = Partial<Omit<CoreOptions, 'db'>> & { poolMax?: number }

/** A started core over a database and an in-process bus of its own. */
export async function freshCore(options: FreshCoreOptions = {}): Promise<FreshCore> {
  const { poolMax = 10, ...coreOptions } = options
  const database = await freshDatabase({ poolMax })
  const defaults = { bus: createInProcessBus(), log: silentLog, authMode: 'open' } as const
  const core = createCore({ ...defaults, ...coreOptions, db: database.db })
  await core.start()
  const drop = async () => {
    await core.stop()
    await database.drop()
  }
  return { core, db: database.db, connectionString: database.connectionString, drop, [Symbol.asyncDispose]: drop }
}
