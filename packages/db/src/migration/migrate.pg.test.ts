import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { waitFor } from '@deskbell/testkit/wait-for'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import journal from '../../migrations/meta/_journal.json' with { type: 'json' }
import { sqlState } from '../database-error.ts'
import { inTransaction } from '../transaction.ts'
import { migrate, migrationLock, NewerSchemaError } from './migrate.ts'

test('[RUN-8] eight processes that migrate at the same time apply each migration once', async () => {
  await using fresh = await freshDatabase({ from: 'nothing' })
  await Promise.all(Array.from({ length: 8 }, () => migrate(fresh.connectionString)))
  const applied = await fresh.db.pool.query('select count(*)::int as n from drizzle.__drizzle_migrations')
  const rows = await fresh.db.pool.query('select id, seed from deployment')
  expect(applied.rows[0].n).toBe(journal.entries.length)
  expect(rows.rows).toHaveLength(1)
})

test('[RUN-3] a database with a migration unknown to this build is refused with a one-line error', async () => {
  await using fresh = await freshDatabase()
  await fresh.db.pool.query(
    `insert into drizzle.__drizzle_migrations (hash, created_at) values ('of tomorrow', 4102444800000)`,
  )
  const refused = await migrate(fresh.connectionString).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(NewerSchemaError)
  expect(String(refused)).not.toContain('\n')
})

test('[RUN-8] migrating an up-to-date database does not change the deployment row', async () => {
  await using fresh = await freshDatabase()
  const { pool } = fresh.db
  const before = await pool.query('select id, seed from deployment')
  await migrate(fresh.connectionString)
  expect((await pool.query('select id, seed from deployment')).rows).toEqual(before.rows)
})

test('[RUN-8] a migration whose table is locked is retried, and succeeds when the lock is released', async () => {
  await using fresh = await freshDatabase({ from: 'nothing' })
  const blocker = await fresh.db.pool.connect()
  await blocker.query(
    'create schema drizzle; create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
  )
  await blocker.query('begin; lock table drizzle.__drizzle_migrations')
  const migrating = migrate(fresh.connectionString, { lockTimeoutMs: 50 })
  await waitFor(async () => (await waitingFor(fresh)) > 0)
  await blocker.query('commit')
  blocker.release()
  await migrating
  expect((await fresh.db.pool.query('select 1 from deployment')).rowCount).toBe(1)
})

test('[RUN-8] a process that waits for another one says so once, and has no open transaction meanwhile', async () => {
  await using fresh = await freshDatabase()
  const other = await fresh.db.pool.connect()
  await other.query('select pg_advisory_lock($1)', [migrationLock])
  const said: string[] = []
  let ended = false
  const options = { lockTimeoutMs: 10, onWaiting: () => void said.push('waiting') }
  const migrating = migrate(fresh.connectionString, options).finally(() => {
    ended = true
  })
  const polls = new Set<string>()
  await waitFor(async () => {
    const { rows } = await fresh.db.pool.query(`select state_change::text as moment from pg_stat_activity
      where datname = current_database() and application_name = 'deskbell migrate' and state = 'idle'
        and query like '%advisory%' and xact_start is null`)
    for (const { moment } of rows) polls.add(moment)
    return polls.size > 3
  })
  expect([said, ended]).toEqual([['waiting'], false])
  await other.query('select pg_advisory_unlock($1)', [migrationLock])
  other.release()
  await migrating
  expect(said).toEqual(['waiting'])
})

test('[RUN-8] a migration whose table stays locked fails with a lock timeout', async () => {
  await using fresh = await freshDatabase({ from: 'nothing' })
  await fresh.db.pool.query(
    'create schema drizzle; create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
  )
  await inTransaction(fresh.db, async (tx) => {
    await tx.execute(sql`lock table drizzle.__drizzle_migrations`)
    const refused = await migrate(fresh.connectionString, { lockTimeoutMs: 10 }).catch((error: unknown) => error)
    expect(sqlState(refused)).toBe('55P03')
  })
})

async function waitingFor(fresh: FreshDatabase): Promise<number> {
  const found = await fresh.db.pool.query(
    `select 1 from pg_locks l join pg_database d on d.oid = l.database
      where not l.granted and d.datname = current_database()`,
  )
  return found.rowCount ?? 0
}
