import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { isConnectionLost, isUnavailable, sqlState, violatedConstraint } from './database-error.ts'
import { embeddedFolder, serverFamily } from './embedded/testing/embedded-folder.ts'
import { inSnapshot, inTransaction } from './transaction.ts'

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )
const sleepers = async (db: Database) => {
  const found = await db.pool.query(
    `select 1 from pg_stat_activity
      where query like '%pg_sleep(%' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()`,
  )
  return found.rowCount
}
const ask = (db: Database) => db.orm.execute(sql`select 1`)

test(
  '[HTTP-6] while the server is stopped queries are unavailable within three seconds, and they work after a restart',
  timed,
  async () => {
    await using folder = await embeddedFolder()
    const first = await folder.start()
    const db = openDatabase({ connectionString: first.connectionString, poolMax: 2 })
    try {
      await Promise.all([ask(db), ask(db)])
      await first.stop()
      const since = performance.now()
      for (const work of [() => ask(db), () => inTransaction(db, (tx) => tx.execute(sql`select 1`)), () => ask(db)]) {
        const error = await failure(work())
        expect([isUnavailable(error), isConnectionLost(error)]).toEqual([true, true])
      }
      expect(performance.now() - since).toBeLessThan(3_000)
      await folder.start()
      await ask(db)
    } finally {
      await db.close()
    }
  },
)

test('[HTTP-6] a statement of a terminated session is unavailable, with the SQLSTATE of the server', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const sleeping = failure(db.orm.execute(sql`select pg_sleep(4)`))
  await waitFor(async () => {
    const killed = await db.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()`,
    )
    return killed.rowCount === 1
  })
  const error = await sleeping
  expect([sqlState(error), isUnavailable(error), isConnectionLost(error)]).toEqual(['57P01', true, true])
})

test('[HTTP-6] a lock timeout is reported as unavailable, and not as a lost connection', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  await inTransaction(db, async (tx) => {
    await tx.execute(sql`select from deployment for update`)
    const error = await failure(db.orm.execute(sql`select from deployment for update`))
    expect([sqlState(error), isUnavailable(error), isConnectionLost(error)]).toEqual(['55P03', true, false])
  })
})

test('[HTTP-6] waiting for a connection of an exhausted pool fails as unavailable', async () => {
  await using fresh = await freshDatabase({ poolMax: 1 })
  await inSnapshot(fresh.db, async () => {
    const error = await failure(ask(fresh.db))
    expect([isUnavailable(error), sqlState(error)]).toEqual([true, undefined])
  })
})

test(
  '[HTTP-6] the client abandons a slow statement within three seconds, and the server cancels it after five',
  timed,
  async () => {
    await using fresh = await freshDatabase()
    const since = performance.now()
    const error = await failure(fresh.db.orm.execute(sql`select pg_sleep(30)`))
    expect([isUnavailable(error), isConnectionLost(error)]).toEqual([true, true])
    expect(performance.now() - since).toBeLessThan(3_000)
    await waitFor(async () => (await sleepers(fresh.db)) === 0)
    expect(performance.now() - since).toBeLessThan(7_000)
  },
)

test(
  '[HTTP-6] queries to a suspended server fail as unavailable within three seconds, and work when it continues',
  timed,
  async () => {
    await using folder = await embeddedFolder()
    const server = await folder.start()
    const db = openDatabase({ connectionString: server.connectionString, poolMax: 2 })
    try {
      await Promise.all([ask(db), ask(db)])
      for (const pid of await serverFamily((await folder.serverPid()) ?? 0)) process.kill(pid, 'SIGSTOP')
      const since = performance.now()
      const asked = [ask(db), inTransaction(db, (tx) => tx.execute(sql`select 1`)), ask(db), ask(db)]
      for (const error of await Promise.all(asked.map(failure))) expect(isUnavailable(error)).toBe(true)
      expect(performance.now() - since).toBeLessThan(3_000)
    } finally {
      for (const pid of await serverFamily((await folder.serverPid()) ?? 0)) process.kill(pid, 'SIGCONT')
    }
    await inTransaction(db, (tx) => tx.execute(sql`select 1`))
    await db.close()
  },
)

test('[AUTH-2] the name of a violated constraint is found in the cause of a wrapped error', async () => {
  await using fresh = await freshDatabase()
  const insert = () => fresh.db.pool.query(`insert into users (email, name, role) values ('a@b', 'A', 'client')`)
  await insert()
  const error = new Error('wrapped', { cause: await failure(insert()) })
  expect([violatedConstraint(error), sqlState(error), isUnavailable(error)]).toEqual([
    'idx_user_email_role',
    '23505',
    false,
  ])
})

test('[DB-6] every session has its timeouts and the time zone UTC', async () => {
  await using fresh = await freshDatabase()
  const found = await fresh.db.pool.query(
    `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle, current_setting('TimeZone') as zone`,
  )
  expect(found.rows[0]).toEqual({ statement: '5s', lock: '2s', idle: '10s', zone: 'UTC' })
})
