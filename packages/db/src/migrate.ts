import { fileURLToPath } from 'node:url'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as applyAll } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { sqlState } from './database-error.ts'
import { normaliseUsers, type UsersReport } from './normal-users.ts'
import { refuseOldServer } from './server-version.ts'

export type MigrateOptions = {
  /** How long a statement of an attempt waits for a lock, in milliseconds. Default: 3,000. */
  lockTimeoutMs?: number
  /** Called when another process is migrating the database and this one begins to wait for it. */
  onWaiting?: () => void
  /** Called after the users of the database were brought to the current form, also when none had to change. */
  onUsers?: (report: UsersReport) => void
}

/** Thrown when the database has migrations that this build does not know. Running on it could destroy data. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError'
}

/** The key of the advisory lock. Its value has no meaning, but every version of Deskbell must use the same one. */
export const migrationLock = 4_127_203_519
const attemptsMax = 20

/**
 * Brings the database to the schema of this build. Any number of processes may call it at the same time: one migrates,
 * and the others wait for it without a time limit. A migration that waits for a table lock blocks the transactions that
 * need the table after it. So it gives up after `lockTimeoutMs` and is tried again, at most twenty times in all.
 * It needs a session of its own, so it does not work through a pooler in transaction mode.
 */
export async function migrate(connectionString: string, options: MigrateOptions = {}): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce(connectionString, options)
    } catch (error) {
      if (sqlState(error) !== '55P03' || attempt === attemptsMax) throw error
    }
  }
}

async function migrateOnce(
  connectionString: string,
  { lockTimeoutMs = 3_000, onWaiting, onUsers }: MigrateOptions,
): Promise<void> {
  const client = new pg.Client({
    connectionString,
    application_name: 'deskbell migrate',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // Without a listener a lost connection would end the process. The awaited statement fails too.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const version = await client.query('show server_version_num')
    refuseOldServer(Number(version.rows[0]?.server_version_num))
    await waitForOthers(client, onWaiting)
    await client.query(`set lock_timeout = ${lockTimeoutMs}`)
    await bringUpToDate(client)
    const report = await normaliseUsers(client)
    if (report !== null) onUsers?.(report)
  } finally {
    await client.end()
  }
}

/** Takes the advisory lock, which the session holds until it ends. Waiting blocks no other work, so it has no limit. */
async function waitForOthers(client: pg.Client, onWaiting?: () => void): Promise<void> {
  const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [migrationLock])
  if (rows[0]?.locked === true) return
  onWaiting?.()
  await client.query('select pg_advisory_lock($1)', [migrationLock])
}

async function bringUpToDate(client: pg.Client): Promise<void> {
  const known = readMigrationFiles({ migrationsFolder }).map((migration) => migration.folderMillis)
  const applied = await appliedMigrations(client)
  const foreign = applied.find((moment) => !known.includes(moment))
  if (foreign !== undefined) {
    const made = new Date(foreign).toISOString().slice(0, 10)
    throw new NewerSchemaError(
      `The database belongs to a newer Deskbell (it has a migration of ${made} that this one does not know): update Deskbell, or use another database.`,
    )
  }
  if (known.every((moment) => applied.includes(moment))) return
  await applyAll(drizzle(client), { migrationsFolder })
  await assertComplete(client, known)
}

/** drizzle skips a migration that is older than the newest applied one, without an error. */
async function assertComplete(client: pg.Client, known: number[]): Promise<void> {
  const applied = await appliedMigrations(client)
  if (known.some((moment) => !applied.includes(moment))) {
    throw new Error('A migration was skipped, because it is dated before one that is already applied.')
  }
}

/** Returns the times at which the applied migrations were written. Such a time identifies a migration. */
async function appliedMigrations(client: pg.Client): Promise<number[]> {
  const table = await client.query(`select to_regclass('drizzle.__drizzle_migrations') is not null as found`)
  if (table.rows[0]?.found !== true) return []
  const result = await client.query('select created_at from drizzle.__drizzle_migrations')
  return result.rows.map((row) => Number(row.created_at))
}

const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url))
