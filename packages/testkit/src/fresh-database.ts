import { randomBytes } from 'node:crypto'
import { type Database, openDatabase } from '@deskbell/db/database'
import { inject } from 'vitest'
import { onDatabase, quoted } from './database-url.ts'
import { execute } from './execute.ts'
import { waitFor } from './wait-for.ts'
import './provided-context.ts'

export type FreshDatabase = AsyncDisposable & {
  readonly connectionString: string
  readonly db: Database
  /** Closes the pool and removes the database, whoever is still connected. */
  drop(): Promise<void>
}

export type FreshDatabaseOptions = {
  poolMax?: number
  /** A copy of the migrated template (the default), or an empty database. */
  from?: 'template' | 'nothing'
}

/** A database of its own for a test file or a test: migrated, empty, dropped by `drop` or `await using`. */
export async function freshDatabase(options: FreshDatabaseOptions = {}): Promise<FreshDatabase> {
  const serverUrl = inject('postgresUrl')
  const name = `deskbell_test_${randomBytes(6).toString('hex')}`
  const source = options.from === 'nothing' ? 'template0' : inject('postgresTemplate')
  await execute(serverUrl, `create database ${quoted(name)} template ${quoted(source)}`)
  const connectionString = onDatabase(serverUrl, name)
  const db = openDatabase({ connectionString, poolMax: options.poolMax ?? 10, applicationName: 'test' })
  let dropped: Promise<void> | undefined
  const drop = () => (dropped ??= removeDatabase())
  const removeDatabase = async () => {
    // First the database: a transaction that a failed test left open would keep the pool from closing. It is refused
    // while an autovacuum worker is in it, which only a superuser may end.
    await waitFor(() => execute(serverUrl, `drop database if exists ${quoted(name)} with (force)`), {
      intervalMs: 200,
      what: `the end of ${name}`,
    })
    await db.close()
  }
  return { connectionString, db, drop, [Symbol.asyncDispose]: drop }
}
