import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { waitFor } from '@deskbell/testkit/wait-for'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { horizonOf, readFeedSnapshot } from './queries/log/feed-tail.ts'

let database: FreshDatabase
let chatId: ChatId
beforeAll(async () => {
  database = await freshDatabase()
  await database.db.pool.query(`insert into users (email, name, role) values ('a@example.test', 'A', 'client')`)
  const { rows } = await database.db.pool.query(
    `insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at)
     select id, id, now(), now(), now() from users returning id`,
  )
  chatId = chatIdSchema.parse(Number(rows[0].id))
})
afterAll(() => database.drop())

/** Runs `work` with two open transactions, and rolls back what it has not ended. */
async function twoWriters(work: (first: PoolClient, second: PoolClient) => Promise<void>): Promise<void> {
  const writers = [await database.db.pool.connect(), await database.db.pool.connect()] as const
  for (const writer of writers) await writer.query('begin')
  try {
    await work(...writers)
  } finally {
    for (const writer of writers) {
      await writer.query('rollback')
      writer.release()
    }
  }
}

async function waitsForLock(): Promise<boolean> {
  const { rows } = await database.db.pool.query(
    `select count(*)::int as count from pg_stat_activity
     where wait_event_type = 'Lock' and datname = current_database()`,
  )
  return rows[0].count > 0
}

const ids = (rows: { id: string }[]) => rows.map(({ id }) => Number(id))

test('[DB-7] a reader that resumes after the highest id of a sequence misses a row that commits late', async () => {
  const { pool } = database.db
  await pool.query('create table probe_sequence (id bigserial primary key)')
  await twoWriters(async (first, second) => {
    await first.query('insert into probe_sequence default values')
    await second.query('insert into probe_sequence default values')
    await second.query('commit')
    const seen = ids((await pool.query('select id from probe_sequence where id > 0')).rows)
    await first.query('commit')
    const later = ids((await pool.query('select id from probe_sequence where id > $1', [seen.at(-1)])).rows)
    expect([seen, later]).toEqual([[2], []])
  })
})

test('[DB-7] a seq taken under the row lock waits for the one before, and a rollback frees it', async () => {
  const next = 'update chats set last_seq = last_seq + 1 where id = $1 returning last_seq'
  const before = Number((await database.db.pool.query('select last_seq from chats')).rows[0].last_seq)
  await twoWriters(async (first, second) => {
    await first.query(next, [chatId])
    const given = second.query(next, [chatId])
    await waitFor(waitsForLock)
    await first.query('rollback')
    expect(Number((await given).rows[0].last_seq)).toBe(before + 1)
    const third = database.db.pool.query(next, [chatId])
    await waitFor(waitsForLock)
    await second.query('commit')
    expect(Number((await third).rows[0].last_seq)).toBe(before + 2)
  })
})

test('[DB-7] a statement that waits for a lock has an older snapshot; only the next one sees the row', async () => {
  const { pool } = database.db
  await pool.query('create table probe_sends (client_msg_id text)')
  await twoWriters(async (first, second) => {
    await first.query('select from chats where id = $1 for update', [chatId])
    await first.query(`insert into probe_sends values ('m')`)
    const together = second.query(
      `with locked as materialized (select id from chats where id = $1 for update)
       select (select count(*)::int from probe_sends) as count from locked`,
      [chatId],
    )
    await waitFor(waitsForLock)
    await first.query('commit')
    expect((await together).rows).toEqual([{ count: 0 }])
    expect((await second.query('select count(*)::int as count from probe_sends')).rows).toEqual([{ count: 1 }])
  })
})

test('[DB-7] a mark is written while its chat is locked: only chat_events may refer to chats', async () => {
  await twoWriters(async (first, second) => {
    await first.query('select from chats where id = $1 for update', [chatId])
    await second.query(`set local lock_timeout = '200ms'`)
    await second.query(
      `insert into chat_marks (chat_id, user_id, role, updated_at)
       select $1, id, 'client', now() from users`,
      [chatId],
    )
  })
  const { rows } = await database.db.pool.query(
    `select conrelid::regclass::text as name from pg_constraint where contype = 'f' and confrelid = 'chats'::regclass`,
  )
  // Rows of chat_events are written only under the lock of their chat, so a foreign key would be allowed there.
  expect(rows.map(({ name }) => name).filter((name) => name !== 'chat_events')).toEqual([])
})

test('[DB-7] an open writing transaction keeps the horizon below later feed rows until it ends', async () => {
  const { orm, pool } = database.db
  const horizon = async () => BigInt(horizonOf(await readFeedSnapshot(orm)).xid)
  await twoWriters(async (open) => {
    await open.query('select pg_current_xact_id()')
    const { rows } = await pool.query('insert into feed (chat_id) values ($1) returning xid::text', [chatId])
    const later = BigInt(rows[0].xid)
    expect(await horizon()).toBeLessThan(later)
    await open.query('commit')
    await waitFor(async () => (await horizon()) > later)
  })
})

test('[DB-7] updating seq and counts of a chat is HOT; updating the indexed last_message_at is not', async () => {
  const hotUpdates = async (change: string): Promise<number> => {
    const writer = await database.db.pool.connect()
    const count = async (): Promise<number> =>
      (await writer.query(`select pg_stat_get_xact_tuples_hot_updated('chats'::regclass)::int as count`)).rows[0].count
    await writer.query('begin')
    // The statistics of earlier transactions of this connection may still be in the counter.
    const before = await count()
    for (let nth = 0; nth < 20; nth += 1) await writer.query(`update chats set ${change} where id = $1`, [chatId])
    const hot = (await count()) - before
    await writer.query('rollback')
    writer.release()
    return hot
  }
  expect(await hotUpdates('last_seq = last_seq + 1, rev = rev + 1, in_count = in_count + 1')).toBe(20)
  expect(await hotUpdates(`last_seq = last_seq + 1, last_message_at = last_message_at + interval '1 s'`)).toBe(0)
})
