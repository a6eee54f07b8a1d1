import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator'
import pg from 'pg'
import { sqlState } from '../database-error.ts'
import { type BuildReport, buildIndex, concurrentIndexes } from './build-index.ts'
import { normaliseUsers, type UsersReport } from './normal-users.ts'
import { refuseOldServer } from './server-version.ts'

export type MigrateOptions = Partial<BuildReport> & {
  /** How long a statement of a transaction waits for a lock, in milliseconds. Default: 3,000. */
  lockTimeoutMs?: number
  /** The folder of the migrations. Default: that of this build. */
  migrationsFolder?: string
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
const pollMs = 250

/**
 * Brings the database to the schema of this build. Any number of processes may call it at the same time: one migrates,
 * and the others wait for it without a time limit. A migration is either one transaction or builds indexes
 * concurrently. A transaction that waits for a table lock blocks the transactions that need the table after it. So it
 * gives up after `lockTimeoutMs` and is tried again, at most twenty times in all. A concurrent build blocks nobody and
 * waits without a time limit. What was applied before a failure stays, and the next call continues after it.
 * It needs a session of its own, so it does not work through a pooler in transaction mode.
 */
export async function migrate(connectionString: string, options: MigrateOptions = {}): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce(connectionString, options)
    } catch (error) {
      if (!mayPass(error) || attempt === attemptsMax) throw error
    }
  }
}

/** Reports whether a lock was not free in time, or a deadlock was resolved at the cost of this process. */
function mayPass(error: unknown): boolean {
  const state = sqlState(error)
  return state === '55P03' || state === '40P01'
}

async function migrateOnce(connectionString: string, options: MigrateOptions): Promise<void> {
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
    await waitForOthers(client, options.onWaiting)
    // The role or the database may have a limit of its own. A worker of a parallel build takes a core from those who
    // serve, and more shared memory than a container has by default.
    await client.query('set statement_timeout = 0; set max_parallel_maintenance_workers = 0')
    await bringUpToDate(client, options)
    const report = await normaliseUsers(client)
    if (report !== null) options.onUsers?.(report)
  } finally {
    await client.end()
  }
}

/**
 * Takes the advisory lock, which the session holds until it ends. Waiting blocks no other work, so it has no limit.
 * A session that waited inside `pg_advisory_lock` would have an open transaction, for which a concurrent build of the
 * lock's holder waits: a deadlock. So it polls.
 */
async function waitForOthers(client: pg.Client, onWaiting?: () => void): Promise<void> {
  for (let polls = 1; ; polls += 1) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [migrationLock])
    if (rows[0]?.locked === true) return
    if (polls === 1) onWaiting?.()
    await delay(pollMs)
  }
}

async function bringUpToDate(client: pg.Client, options: MigrateOptions): Promise<void> {
  const { lockTimeoutMs = 3_000, migrationsFolder = ownMigrations } = options
  const { onBuilding = () => undefined, onBuilt = () => undefined } = options
  await client.query(`set lock_timeout = ${lockTimeoutMs}`)
  for (const migration of await pendingMigrations(client, migrationsFolder)) {
    const indexes = concurrentIndexes(migration.sql)
    if (indexes === null) {
      await applyInTransaction(client, migration)
      continue
    }
    await client.query('set lock_timeout = 0')
    for (const index of indexes) await buildIndex(client, index, { onBuilding, onBuilt })
    await client.query(`set lock_timeout = ${lockTimeoutMs}`)
    await noteApplied(client, migration)
  }
}

async function pendingMigrations(client: pg.Client, migrationsFolder: string): Promise<MigrationMeta[]> {
  const known = readMigrationFiles({ migrationsFolder })
  const applied = await appliedMigrations(client)
  const foreign = applied.find((moment) => !known.some(({ folderMillis }) => folderMillis === moment))
  if (foreign !== undefined) {
    const made = new Date(foreign).toISOString().slice(0, 10)
    throw new NewerSchemaError(
      `The database belongs to a newer Deskbell (it has a migration of ${made} that this one does not know): update Deskbell, or use another database.`,
    )
  }
  const pending = known.filter(({ folderMillis }) => !applied.includes(folderMillis))
  if (pending.some(({ folderMillis }) => applied.some((moment) => moment > folderMillis))) {
    throw new Error('A migration was skipped, because it is dated before one that is already applied.')
  }
  return pending
}

async function applyInTransaction(client: pg.Client, migration: MigrationMeta): Promise<void> {
  await client.query('begin')
  try {
    for (const statement of migration.sql) await client.query(statement)
    await noteApplied(client, migration)
    await client.query('commit')
  } catch (error) {
    // A lost connection has rolled back already.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/** The table is drizzle's, with drizzle's columns, so that its tools can read it. */
async function noteApplied(client: pg.Client, { hash, folderMillis }: MigrationMeta): Promise<void> {
  await client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
    hash,
    folderMillis,
  ])
}

/** Returns the times at which the applied migrations were written. Such a time identifies a migration. */
async function appliedMigrations(client: pg.Client): Promise<number[]> {
  const table = await client.query(`select to_regclass('drizzle.__drizzle_migrations') is not null as found`)
  if (table.rows[0]?.found !== true) {
    await client.query(`create schema if not exists drizzle;
      create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`)
    return []
  }
  const result = await client.query('select created_at from drizzle.__drizzle_migrations')
  return result.rows.map((row) => Number(row.created_at))
}

const ownMigrations = fileURLToPath(new URL('../../migrations', import.meta.url))
