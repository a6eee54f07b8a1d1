import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { type MoreMigrations, migrationsWith } from '@deskbell/testkit/database/migrations-with'
import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { waitFor } from '@deskbell/testkit/wait-for'
import pg from 'pg'
import { expect, test } from 'vitest'
import journal from '../../migrations/meta/_journal.json' with { type: 'json' }
import { sqlState } from '../database-error.ts'
import { migrate, migrationLock } from './migrate.ts'

const statement = 'CREATE INDEX CONCURRENTLY "idx_later" ON "messages" USING btree ("user_id");'
const unique = 'CREATE UNIQUE INDEX CONCURRENTLY "idx_later" ON "messages" USING btree ("text");'

type Pool = Pick<FreshDatabase, 'db'>

test('[RUN-20] messages are sent while an index is built, and an old transaction delays the build without an end', async () => {
  await using fresh = await freshCore()
  await using later = await migrationsWith(statement)
  const { client, chat } = await setUpChat(fresh.core)
  const reader = await openTransaction(fresh, 'select 1 from messages')
  const { building, built, said } = migrateTo(later, fresh, { lockTimeoutMs: 10 })
  await building('waiting for old snapshots')
  const { message } = await sendText(fresh.core, client, { chatId: chat.id, text: 'sent during the build' })
  // With this lock timeout twenty attempts would have failed after 200 ms.
  await waitFor(() => isLongerThan(fresh, '0.5 s'))
  expect(said).toEqual(['building idx_later on messages'])
  await reader.commit()
  await built
  expect(said).toEqual(['building idx_later on messages', 'built idx_later on messages'])
  expect(await indexes(fresh)).toEqual([{ valid: true }])
  const { rows } = await fresh.db.pool.query('select text from messages where id = $1', [message.id])
  expect(rows).toEqual([{ text: 'sent during the build' }])
})

test('[RUN-20] what an interrupted build has left is dropped and built again by the next start', async () => {
  await using fresh = await freshDatabase()
  await using later = await migrationsWith(statement)
  const writer = await openTransaction(fresh, 'lock table messages in row exclusive mode')
  const first = migrateTo(later, fresh)
  await first.building('waiting for writers before build')
  await fresh.db.pool.query(
    'select pg_terminate_backend(pid) from pg_stat_progress_create_index where datname = current_database()',
  )
  expect(sqlState(await first.built.catch((error: unknown) => error))).toBe('57P01')
  await writer.commit()
  expect(await indexes(fresh)).toEqual([{ valid: false }])
  expect(await isNoted(fresh)).toBe(false)
  const second = migrateTo(later, fresh)
  await second.built
  expect(second.said).toEqual(['building idx_later on messages', 'built idx_later on messages'])
  expect(await indexes(fresh)).toEqual([{ valid: true }])
  expect(await isNoted(fresh)).toBe(true)
})

test('[RUN-8] [RUN-20] after the death of a process the database finishes the build, and the next process waits for it', async () => {
  await using fresh = await freshDatabase()
  await using later = await migrationsWith(statement)
  const reader = await openTransaction(fresh, 'select 1 from messages')
  const program = `import { migrate } from ${JSON.stringify(new URL('./migrate.ts', import.meta.url).href)}
    await migrate(process.env.DATABASE, { migrationsFolder: process.env.FOLDER })`
  const env = { ...process.env, DATABASE: fresh.connectionString, FOLDER: later.folder }
  const killed = spawn(process.execPath, ['--input-type=module', '--eval', program], { env, stdio: 'inherit' })
  await buildIn(fresh, 'waiting for old snapshots')
  const ended = once(killed, 'exit')
  killed.kill('SIGKILL')
  await ended
  const next = migrateTo(later, fresh)
  await waitFor(() => next.said.length > 0)
  await reader.commit()
  await next.built
  expect(next.said).toEqual(['waiting'])
  expect(await indexes(fresh)).toEqual([{ valid: true }])
  expect(await isNoted(fresh)).toBe(true)
})

test('[RUN-8] [RUN-20] processes that start at once build an index once, without a deadlock', async () => {
  await using fresh = await freshDatabase()
  await using later = await migrationsWith(statement)
  const reader = await openTransaction(fresh, 'select 1 from messages')
  const starts = Array.from({ length: 5 }, () => migrateTo(later, fresh))
  await buildIn(fresh, 'waiting for old snapshots')
  await waitFor(() => starts.filter(({ said }) => said.includes('waiting')).length === 4)
  await reader.commit()
  await Promise.all(starts.map(({ built }) => built))
  const said = starts.flatMap((start) => start.said)
  expect(said.filter((line) => line.startsWith('built'))).toEqual(['built idx_later on messages'])
  expect(said.filter((line) => line.startsWith('building'))).toHaveLength(1)
  expect(await indexes(fresh)).toEqual([{ valid: true }])
  const { rows } = await fresh.db.pool.query(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  )
  expect(rows).toEqual([{ deadlocks: 0 }])
})

test('[RUN-20] a build that meets a process of an older version, which waits inside the lock, is tried again', async () => {
  await using fresh = await freshDatabase()
  await using later = await migrationsWith(statement)
  const writer = await openTransaction(fresh, 'lock table messages in row exclusive mode')
  const { building, built, said } = migrateTo(later, fresh)
  await building('waiting for writers before build')
  // Without the time limit that a client of the pool has.
  const older = new pg.Client(fresh.connectionString)
  await older.connect()
  const locking = older.query('select pg_advisory_lock($1)', [migrationLock])
  // It looks for a deadlock after a second, and once only. So PostgreSQL then ends the statement of the builder.
  await waitFor(async () => {
    const { rowCount } = await fresh.db.pool.query(`select 1 from pg_stat_activity
      where datname = current_database() and wait_event = 'advisory' and now() - query_start > interval '3 s'`)
    return rowCount === 1
  })
  await writer.commit()
  // The session ends, and with it its lock.
  try {
    await locking
  } finally {
    await older.end()
  }
  await built
  expect(said.filter((line) => line.startsWith('building'))).toHaveLength(2)
  expect(await indexes(fresh)).toEqual([{ valid: true }])
})

test('[RUN-20] a unique index that rows contradict fails the start and leaves no index behind', async () => {
  await using fresh = await freshCore()
  await using later = await migrationsWith(unique)
  const { client, chat } = await setUpChat(fresh.core)
  await sendText(fresh.core, client, { chatId: chat.id, text: 'twice' })
  await sendText(fresh.core, client, { chatId: chat.id, text: 'twice' })
  const refused = await migrateTo(later, fresh).built.catch((error: unknown) => error)
  expect(sqlState(refused)).toBe('23505')
  expect(await indexes(fresh)).toEqual([])
  expect(await isNoted(fresh)).toBe(false)
  await fresh.db.pool.query(`update messages set text = 'once' where seq = 1`)
  await migrateTo(later, fresh).built
  expect(await indexes(fresh)).toEqual([{ valid: true }])
})

test('[RUN-20] a build is reported with the size of its table, before and after', async () => {
  await using fresh = await freshCore()
  await using later = await migrationsWith(statement)
  const { client, chat } = await setUpChat(fresh.core)
  await sendText(fresh.core, client, { chatId: chat.id })
  await fresh.db.pool.query('analyze messages')
  const reports: object[] = []
  const note = (report: object) => void reports.push(report)
  await migrate(fresh.connectionString, { migrationsFolder: later.folder, onBuilding: note, onBuilt: note })
  const build = { index: 'idx_later', table: 'messages', tableRows: 1, tableBytes: expect.any(Number) }
  expect(reports).toEqual([build, { ...build, tookMs: expect.any(Number) }])
})

test('[RUN-20] an index that somebody has built before is taken as it is', async () => {
  await using fresh = await freshDatabase()
  await using later = await migrationsWith(statement)
  await fresh.db.pool.query(statement)
  const { built, said } = migrateTo(later, fresh)
  await built
  expect(said).toEqual([])
  expect(await isNoted(fresh)).toBe(true)
})

type Fresh = Pool & { connectionString: string }

/** Starts the migration. `built` settles when it ends. */
function migrateTo({ folder }: MoreMigrations, fresh: Fresh, options: { lockTimeoutMs?: number } = {}) {
  const said: string[] = []
  const built = migrate(fresh.connectionString, {
    ...options,
    migrationsFolder: folder,
    onWaiting: () => void said.push('waiting'),
    onBuilding: ({ index, table }) => void said.push(`building ${index} on ${table}`),
    onBuilt: ({ index, table }) => void said.push(`built ${index} on ${table}`),
  })
  // The test awaits it later. Until then a failure must not end the run.
  built.catch(() => undefined)
  return { built, said, building: (phase: string) => buildIn(fresh, phase) }
}

/** Waits until a build has come to a phase of `pg_stat_progress_create_index`. */
async function buildIn({ db }: Pool, phase: string): Promise<void> {
  await waitFor(
    async () => {
      const { rowCount } = await db.pool.query(
        'select 1 from pg_stat_progress_create_index where datname = current_database() and phase = $1',
        [phase],
      )
      return rowCount === 1
    },
    { what: `a build that is ${phase}` },
  )
}

async function openTransaction({ db }: Pool, first: string) {
  const session = await db.pool.connect()
  await session.query('begin isolation level repeatable read')
  await session.query(first)
  return {
    async commit() {
      await session.query('commit')
      session.release()
    },
  }
}

async function isLongerThan({ db }: Pool, interval: string): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `select 1 from pg_stat_progress_create_index build join pg_stat_activity using (pid)
      where build.datname = current_database() and now() - query_start > $1::interval`,
    [interval],
  )
  return rowCount === 1
}

async function indexes({ db }: Pool): Promise<unknown[]> {
  const { rows } = await db.pool.query(
    `select indisvalid as valid from pg_index join pg_class on oid = indexrelid where relname = 'idx_later'`,
  )
  return rows
}

/** Reports whether the added migration is among the applied ones. */
async function isNoted({ db }: Pool): Promise<boolean> {
  const { rows } = await db.pool.query('select count(*)::int as applied from drizzle.__drizzle_migrations')
  return rows[0].applied === journal.entries.length + 1
}
