import { chatIdSchema, userIdSchema } from '@deskbell/contract/ids'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { textArray } from './array-text.ts'
import { lockChats, lockFreeChats } from './locks.ts'
import { preparedOnce } from './prepared.ts'
import { readSentBefore } from './queries/messages/sends.ts'
import { inPipeline, inTransaction, type Tx } from './transaction.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase({ poolMax: 2 })
})
afterAll(() => fresh.drop())

const chatId = chatIdSchema.parse(1)

test('[DB-8] a statement is built once per connection, however many transactions use it', async () => {
  let built = 0
  const one = preparedOnce((executor) => {
    built += 1
    const row = sql`(values (1)) as one`
    return executor
      .select({ value: sql<number>`${sql.placeholder('value')}::int` })
      .from(row)
      .prepare('test_one')
  })
  const ask = (tx: Tx, value: number) => one(tx).execute({ value })
  for (const value of [1, 2, 3]) {
    expect(await inTransaction(fresh.db, (tx) => ask(tx, value))).toEqual([{ value }])
  }
  expect(built).toBe(1)
  const both = await inTransaction(fresh.db, async (first) => {
    const inner = await inTransaction(fresh.db, (second) => ask(second, 5))
    return [...(await ask(first, 4)), ...inner]
  })
  expect([both, built]).toEqual([[{ value: 4 }, { value: 5 }], 2])
})

test('[DB-8] the statements of the chat writer have generic plans, and use indexes also in tiny tables', async () => {
  const userId = userIdSchema.parse(1)
  // For tables of one page the planner prefers a sequential scan, and a generic plan would keep it.
  await fresh.db.pool.query(`
    insert into users (email, name, role) values ('c@example.org', 'C', 'client');
    insert into chats (user_id, created_by, last_message_at, created_at, last_entry_at)
      select id, id, now(), now(), now() from users;
    insert into messages (chat_id, seq, user_id, text, direction, body_hash, direction_no, created_at, client_msg_id)
      select id, 1, user_id, 'a', 'in', 'hash', 1, now(), 'a' from chats`)
  for (const table of ['chats', 'messages']) await fresh.db.pool.query(`vacuum analyze ${table}`)
  for (let round = 0; round < 8; round += 1) {
    await inPipeline(fresh.db, async (tx) => {
      await lockFreeChats(tx, [chatId])
      return { last: readSentBefore(tx, [{ userId, clientMsgId: 'a' }]) }
    })
  }
  const { rows } = await fresh.db.pipelined.query<{ name: string; generic_plans: string; custom_plans: string }>(
    `select name, generic_plans, custom_plans from pg_prepared_statements where name <> '' order by name`,
  )
  expect(rows).toEqual([
    { name: 'chats_lock_free', generic_plans: '8', custom_plans: '0' },
    { name: 'sends_before', generic_plans: '8', custom_plans: '0' },
  ])
  for (const name of [`chats_lock_free ('{1,2}')`, `sends_before ('{a,b}', '{1,1}', 1)`]) {
    const plan = JSON.stringify((await fresh.db.pipelined.query(`explain execute ${name}`)).rows)
    expect(plan).toMatch(/Index Scan (using|on) (chats_pkey|uniq_client_msg_user)/)
    expect(plan).not.toMatch(/Seq Scan|Hash Join/)
  }
})

test('[DB-8] lockChats uses a named prepared statement', async () => {
  await inTransaction(fresh.db, async (tx) => {
    await lockChats(tx, [chatId])
    const { rows } = await tx.execute(sql`select name from pg_prepared_statements`)
    expect(rows).toContainEqual({ name: 'chats_lock' })
  })
})

test('[MSG-2] PostgreSQL reads every text of an array unchanged', async () => {
  const marks = ['', '"', '\\', ',', '{', '}', ' ', '\n', '\t', "'", 'null', 'NULL', '\u{1f514}', 'ß', '$1', ';--']
  const texts = marks.flatMap((one) => marks.map((other) => `${one}${other}a${one}`)).concat(marks)
  const { rows } = await fresh.db.pool.query('select $1::text[] as texts', [textArray(texts)])
  expect(rows).toEqual([{ texts }])
})
