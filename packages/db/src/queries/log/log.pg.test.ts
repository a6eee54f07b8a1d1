import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEpochParts } from './epoch.ts'
import { readLogPage, readLogsAfter } from './log.ts'

let database: FreshDatabase
let chatId: ChatId
beforeAll(async () => {
  database = await freshDatabase()
  const { pool } = database.db
  await pool.query(`insert into users (email, name, role) values ('a@example.test', 'A', 'client')`)
  const made = await pool.query(`insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at)
    select u.id, u.id, now(), now(), now() from users u, generate_series(1, 50) returning id`)
  chatId = chatIdSchema.parse(Number(made.rows[0].id))
  await pool.query(`insert into messages (chat_id, seq, user_id, text, direction, body_hash, direction_no, created_at)
    select c.id, n, c.user_id, 'n', 'in', 'h', n, now() from chats c, generate_series(1, 400) n where n % 10 <> 0`)
  await pool.query(`insert into chat_events (chat_id, seq, kind, actor_id, created_at)
    select c.id, n, 'closed', null, now() from chats c, generate_series(10, 400, 10) n`)
  await pool.query(`insert into chat_events (chat_id, audience, team_seq, kind, created_at)
    select c.id, 'team', n, 'note', now() from chats c, generate_series(1, 5) n`)
  await pool.query('analyze')
})
afterAll(() => database.drop())

test('[LIVE-2] messages and events are one log in the order of seq, without entries for operators only', async () => {
  const { orm } = database.db
  const [rows = []] = await readLogsAfter(orm, { places: [{ chatId, afterSeq: 5 }], limit: 100 })
  expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 6))
  expect(rows.filter((row) => row.kind === 'closed').map((row) => row.seq)).toEqual([
    10, 20, 30, 40, 50, 60, 70, 80, 90, 100,
  ])
  expect(rows[0]).toMatchObject({
    seq: 6,
    kind: 'message',
    actor: { name: 'A', role: 'client' },
    message: { text: 'n' },
  })
  expect(rows[4]).toMatchObject({ seq: 10, kind: 'closed', actor: null, message: { id: null } })
  expect(rows[0]?.at).toBeInstanceOf(Date)
  expect(typeof rows[0]?.message.id).toBe('number')
  const places = [400, 399, 0].map((afterSeq) => ({ chatId, afterSeq }))
  const logs = await readLogsAfter(orm, {
    places: [...places, { chatId: chatIdSchema.parse(999_999), afterSeq: 0 }],
    limit: 2,
  })
  expect(logs.map((log) => log.map(({ seq }) => seq))).toEqual([[], [400], [1, 2], []])
  const before = async (beforeSeq: number | undefined, limit: number) => {
    const page = await readLogPage(orm, { chatId, beforeSeq, limit })
    return page?.entries.map((row) => row.seq)
  }
  expect(await before(11, 4)).toEqual([7, 8, 9, 10])
  expect(await before(undefined, 2)).toEqual([399, 400])
  expect(await before(1, 2)).toEqual([])
})

test('[LIVE-1] one statement reads a page of the log with its entries, the end of the log and the marks', async () => {
  const { orm, pool } = database.db
  const other = await pool.query(`insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at)
    select id, id, now(), now(), now() from users returning id, user_id`)
  const emptyId = chatIdSchema.parse(Number(other.rows[0].id))
  await pool.query(
    `insert into chat_marks (chat_id, user_id, role, delivered_seq, read_seq, updated_at)
     select $1, nth, case when nth % 2 = 1 then 'client' else 'operator' end, 30 + nth, nth, now()
     from generate_series(1, 6) nth`,
    [emptyId],
  )
  const queries = watchQueries(database.db)
  const page = await readLogPage(orm, { chatId: emptyId, beforeSeq: undefined, limit: 10 })
  expect(page).toEqual({
    userId: Number(other.rows[0].user_id),
    lastSeq: 0,
    marks: { client: 5, operator: 6 },
    delivered: { client: 35, operator: 36 },
    entries: [],
  })
  expect(await readLogPage(orm, { chatId: chatIdSchema.parse(1e9), beforeSeq: undefined, limit: 10 })).toBeUndefined()
  queries.stop()
  expect(queries.texts).toHaveLength(2)
})

test('[LIVE-4] a role that is no superuser can read the parts of the epoch', async () => {
  const parts = await readEpochParts(database.db.orm)
  expect(parts?.seed).toMatch(/^[0-9a-f-]{36}$/)
  expect(parts?.systemIdentifier).toMatch(/^\d{15,20}$/)
  expect(parts?.timelineId).toBeGreaterThan(0)
  const role = await database.db.orm.execute(sql`select rolsuper from pg_roles where rolname = current_user`)
  expect(role.rows[0]).toEqual({ rolsuper: false })
})
