import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import type { Core } from '@deskbell/core/context'
import { type CoreOptions, createCore } from '@deskbell/core/create-core'
import { createSecretsKey, SecretBox } from '@deskbell/core/secrets/secret-box'
import type { FilesOptions } from '@deskbell/core/stored-files/files'
import { type Database, openDatabase } from '@deskbell/db/database'
import { freshDatabase } from './database/fresh-database.ts'
import { silentLogger } from './silent-logger.ts'
import { testFiles } from './test-files.ts'

export type FreshCore = AsyncDisposable & {
  readonly core: Core
  readonly db: Database
  readonly connectionString: string
  /** For another core on the same database. */
  readonly files: FilesOptions
  /** Starts another core on the same database, as another process would. It is stopped with this one. */
  another(): Promise<Core>
  /** Stops the core and removes its database. */
  drop(): Promise<void>
}

export type FreshCoreOptions = Partial<Omit<CoreOptions, 'db'>> & { poolMax?: number }

/** Starts a core with a database and an in-process bus of its own. */
export async function freshCore(options: FreshCoreOptions = {}): Promise<FreshCore> {
  const { poolMax = 10, ...coreOptions } = options
  const database = await freshDatabase({ poolMax })
  const files = await testFiles()
  const defaults = {
    bus: createInProcessBus(),
    log: silentLogger,
    authMode: 'open',
    secrets: testSecrets(),
    files,
  } as const
  const core = createCore({ ...defaults, ...coreOptions, db: database.db })
  await core.start()
  const { connectionString } = database
  const others: { core: Core; db: Database }[] = []
  const another = async () => {
    const db = openDatabase({ connectionString, poolMax, applicationName: 'another' })
    const other = createCore({ ...defaults, bus: createInProcessBus(), ...coreOptions, db })
    others.push({ core: other, db })
    await other.start()
    return other
  }
  const drop = async () => {
    for (const other of others) {
      await other.core.stop()
      await other.db.close()
    }
    await core.stop()
    await files[Symbol.asyncDispose]()
    await database.drop()
  }
  return { core, db: database.db, connectionString, files, another, drop, [Symbol.asyncDispose]: drop }
}

const secretsKey = createSecretsKey()

/** Like the cores of one database, all cores of a test have the same key. */
export function testSecrets(): SecretBox {
  return new SecretBox([secretsKey])
}
