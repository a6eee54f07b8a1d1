import { randomBytes } from 'node:crypto'
import { type Database, openDatabase } from '@deskbell/db/database'
import { inject } from 'vitest'
import { execute } from '../execute.ts'
import { onDatabase, quoted } from './database-url.ts'
import { dropDatabase } from './drop-database.ts'
import './provided-context.ts'

export type FreshDatabase = AsyncDisposable & {
  readonly connectionString: string
  readonly db: Database
  /** Drops the database, also while others are connected, and closes the pools. */
  drop(): Promise<void>
}

export type FreshDatabaseOptions = {
  poolMax?: number
  /** A copy of the migrated template (the default), or an empty database. */
  from?: 'template' | 'nothing'
}

/** Makes an empty, migrated database for a test file or a test. `drop` or `await using` removes it. */
export async function freshDatabase(options: FreshDatabaseOptions = {}): Promise<FreshDatabase> {
  const serverUrl = inject('postgresUrl')
  const name = `deskbell_test_${randomBytes(6).toString('hex')}`
  const source = options.from === 'nothing' ? 'template0' : inject('postgresTemplate')
  // Copying files takes about half the processor time of the default, which writes every page to the log.
  await execute(serverUrl, `create database ${quoted(name)} template ${quoted(source)} strategy file_copy`)
  const connectionString = onDatabase(serverUrl, name)
  const db = openDatabase({ connectionString, poolMax: options.poolMax ?? 10, applicationName: 'test' })
  let dropped: Promise<void> | undefined
  const drop = () => (dropped ??= removeDatabase())
  const removeDatabase = async () => {
    // The database goes first, because a transaction that a failed test left open would keep the pool from closing.
    await dropDatabase(serverUrl, name)
    await db.close()
  }
  return { connectionString, db, drop, [Symbol.asyncDispose]: drop }
}
