import type { Logger } from '@deskbell/core/logger'
import { type Database, openDatabase } from '@deskbell/db/database'
import { startPostgres } from '@deskbell/db/embedded/start-postgres'
import type { IndexBuild } from '@deskbell/db/migration/build-index'
import { migrate } from '@deskbell/db/migration/migrate'
import type { UsersReport } from '@deskbell/db/migration/normal-users'
import type { Config } from '../config/config.ts'
import { StartupError } from '../start/startup-error.ts'

export type Storage = {
  readonly db: Database
  readonly connectionString: string
  /** False while the embedded database is down or restarts. Always true for an outside database. */
  isUp(): boolean
}

const oldestVersion = 150_000
const quickBytes = 8 * 1024 * 1024

/**
 * Starts the embedded PostgreSQL, or checks the version of the outside one. Then it migrates the schema and opens the
 * pool. Registers their ends on `stack`.
 */
export async function openStorage(config: Config, log: Logger, stack: AsyncDisposableStack): Promise<Storage> {
  const { connectionString, isUp } = config.databaseUrl
    ? { connectionString: config.databaseUrl, isUp: () => true }
    : await startEmbedded(config.dataDir, log, stack)
  if (config.databaseUrl) await checkVersion(connectionString)
  log.debug({}, 'PostgreSQL accepts connections')
  await migrate(connectionString, {
    onWaiting: () => log.info({}, 'Another process brings the database up to date: waiting for it'),
    onBuilding: (build) => log[levelOf(build)](build, 'Building an index; messages are stored meanwhile'),
    onBuilt: (build) => log[levelOf(build)](build, 'The index is built'),
    onUsers: (report) => logUsers(log, report),
  })
  log.debug({}, 'The schema is up to date')
  const db = openDatabase({
    connectionString,
    applicationName: `deskbell-${config.role}`,
    onError: (error) => log.warn({ err: error }, 'A database connection broke'),
  })
  stack.defer(() => db.close())
  return { db, connectionString, isUp }
}

/** In a small or new database a build takes no time that anybody would notice. */
function levelOf({ tableBytes }: IndexBuild): 'debug' | 'info' {
  return tableBytes < quickBytes ? 'debug' : 'info'
}

/** Logs ids only: email addresses stay out of the log. */
function logUsers(log: Logger, { changed, merged, unfit }: UsersReport): void {
  for (const merge of merged) log.info(merge, 'Two users had one address, and are one now')
  if (unfit.length > 0) log.warn({ userIds: unfit }, 'The addresses of these users have no normal form')
  if (changed > 0) log.info({ changed, merged: merged.length }, 'Stored addresses and names were brought to their form')
}

async function startEmbedded(dataDir: string, log: Logger, stack: AsyncDisposableStack) {
  const postgres = await startPostgres({ dataDir, log })
  stack.defer(() => postgres.stop())
  return { connectionString: postgres.connectionString, isUp: () => postgres.state() === 'running' }
}

async function checkVersion(connectionString: string): Promise<void> {
  const db = openDatabase({ connectionString, poolMax: 1 })
  try {
    const { rows } = await db.pool.query<{ server_version_num: string }>('show server_version_num')
    const version = Number(rows[0]?.server_version_num)
    if (version >= oldestVersion) return
    throw new StartupError(`PostgreSQL 15 or newer is needed, DATABASE_URL leads to ${Math.floor(version / 10_000)}`)
  } finally {
    await db.close()
  }
}
