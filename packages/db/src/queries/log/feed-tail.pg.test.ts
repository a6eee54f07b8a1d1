import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { openTransaction } from '@deskbell/testkit/database/open-transaction'
import { planNodes, plansOf } from '@deskbell/testkit/probes/query-plans'
import { waitFor } from '@deskbell/testkit/wait-for'
import type { Pool, PoolClient } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type FeedPage,
  feedPageMax,
  feedStart,
  horizonOf,
  isFeedCut,
  readChangedChats,
  readFeedChanges,
  readFeedPage,
  readFeedSnapshot,
  removeOldFeed,
} from './feed-tail.ts'

let database: FreshDatabase
let chatIds: ChatId[]
beforeAll(async () => {
  database = await freshDatabase({ poolMax: 24 })
  const { pool } = database.db
  await pool.query(`insert into users (email, name, role) values ('a@example.test', 'A', 'client')`)
  const made = await pool.query(
    `insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at)
     select u.id, u.id, now(), now(), now() from users u, generate_series(1, 20) returning id`,
  )
  chatIds = made.rows.map((row) => chatIdSchema.parse(Number(row.id)))
})
afterAll(() => database.drop())

async function newChat(executor: Pick<Pool | PoolClient, 'query'>): Promise<ChatId> {
  const { rows } = await executor.query(
    `insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at)
     select id, id, now(), now(), now() from users returning id`,
  )
  return chatIdSchema.parse(Number(rows[0].id))
}

/** Runs a transaction that stays open for a random time after it has inserted its feed row. Some roll back. */
async function writeOnce(done: Set<ChatId>): Promise<void> {
  const client = await database.db.pool.connect()
  await client.query('begin')
  const chatId = await newChat(client)
  await client.query('insert into feed (chat_id) values ($1)', [chatId])
  if (Math.random() < 0.5) await client.query('select pg_sleep($1)', [Math.random() * 0.02])
  const isKept = Math.random() < 0.95
  await client.query(isKept ? 'commit' : 'rollback')
  if (isKept) done.add(chatId)
  client.release()
}

const ascending = (ids: Iterable<number>) => [...ids].toSorted((a, b) => a - b)
const chatsOf = (page: FeedPage) => page.rows.map((row) => row.chatId)

test('[INBOX-5] reading the feed returns every commit exactly once when transactions commit out of order', async () => {
  const { orm, pool } = database.db
  const committed = new Set<ChatId>()
  const seen: number[] = []
  const naive: number[] = []
  let since = await readFeedSnapshot(orm)
  const { rows } = await pool.query('select coalesce(max(id), 0) as newest from feed')
  let newest = Number(rows[0].newest)
  let writing = true
  const writers = Array.from({ length: 16 }, async () => {
    for (let n = 0; n < 60; n += 1) await writeOnce(committed)
  })
  const poll = async () => {
    const page = await readFeedPage(orm, since)
    seen.push(...chatsOf(page))
    since = page.snapshot
    const plain = await pool.query('select id, chat_id from feed where id > $1 order by id', [newest])
    for (const row of plain.rows) naive.push(Number(row.chat_id))
    newest = Number(plain.rows.at(-1)?.id ?? newest)
  }
  const reading = (async () => {
    while (writing) await poll()
  })()
  await Promise.all(writers)
  writing = false
  await reading
  await poll()
  expect(ascending(seen)).toEqual(ascending(committed))
  // Reading by id alone misses commits in the same run. This is why the feed has the column xid.
  expect(naive.length).toBeLessThan(committed.size)
})

test('[INBOX-8] the pages of one read end together, and the next read returns what was committed between them', async () => {
  const { orm, pool } = database.db
  const since = await readFeedSnapshot(orm)
  await using early = await openTransaction(database.db)
  const slow = await pool.connect()
  await slow.query('begin')
  const late = await newChat(slow)
  await slow.query('insert into feed (chat_id) values ($1)', [late])
  const many = 2 * feedPageMax + 100
  await pool.query('insert into feed (chat_id) select $1 from generate_series(1, $2)', [chatIds[0], many])
  const first = await readFeedPage(orm, since)
  await slow.query('commit')
  slow.release()
  const later = await newChat(pool)
  await pool.query('insert into feed (chat_id, reader_id) select id, user_id from chats where id = $1', [later])
  const pages = [first]
  for (let page = first; page.next !== null; pages.push(page)) page = await readFeedPage(orm, since, page.next)
  expect(pages.map(({ rows }) => rows.length)).toEqual([feedPageMax, feedPageMax, 100])
  expect(new Set(pages.flatMap(chatsOf))).toEqual(new Set([chatIds[0]]))
  expect(new Set(pages.map(({ snapshot }) => snapshot))).toEqual(new Set([first.snapshot]))
  const next = await readFeedPage(orm, first.snapshot)
  expect(next.rows).toEqual([
    { chatId: late, rev: 0, reader: null },
    { chatId: later, rev: 0, reader: { userId: 1, role: 'client' } },
  ])
  expect((await readFeedPage(orm, next.snapshot)).rows).toEqual([])
  // The position from which clients resume stays below the open transaction.
  expect(BigInt(horizonOf(next.snapshot).xid)).toBeLessThanOrEqual(BigInt(early.xid))
})

test('[LIVE-25] reading changes since a snapshot returns every commit exactly once, in any order', async () => {
  const { orm } = database.db
  const committed = new Set<number>()
  const seen: number[] = []
  let since = await readFeedSnapshot(orm)
  let next = 1_000_000
  const write = async () => {
    const client = await database.db.pool.connect()
    const chatId = next++
    await client.query('begin')
    await client.query('insert into feed (chat_id) values ($1)', [chatId])
    if (Math.random() < 0.5) await client.query('select pg_sleep($1)', [Math.random() * 0.02])
    const isKept = Math.random() < 0.95
    await client.query(isKept ? 'commit' : 'rollback')
    if (isKept) committed.add(chatId)
    client.release()
  }
  const poll = async () => {
    const { snapshot, changed } = await readFeedChanges(orm, since)
    seen.push(...changed.filter((id) => id >= 1_000_000))
    since = snapshot
  }
  let writing = true
  const reading = (async () => {
    while (writing) await poll()
  })()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let n = 0; n < 60; n += 1) await write()
    }),
  )
  writing = false
  await reading
  await poll()
  expect(seen.toSorted((a, b) => a - b)).toEqual([...committed].toSorted((a, b) => a - b))
})

test('[INBOX-3] readChangedChats returns each changed chat once, also those above the horizon', async () => {
  const { orm } = database.db
  const horizon = async () => horizonOf(await readFeedSnapshot(orm))
  let after = await horizon()
  await waitFor(async () => {
    after = await horizon()
    return (await readChangedChats(orm, { after, clientId: null, limit: 10 })).length === 0
  })
  const open = await database.db.pool.connect()
  await open.query('begin')
  await open.query('insert into feed (chat_id) values ($1)', [chatIds[0]])
  for (const chatId of [chatIds[1], chatIds[2], chatIds[1]]) {
    await database.db.pool.query('insert into feed (chat_id) values ($1)', [chatId])
  }
  const { rows } = await database.db.pool.query('select max(xid)::text as newest from feed')
  expect(BigInt((await horizon()).xid)).toBeLessThan(BigInt(rows[0].newest))
  const changed = await readChangedChats(orm, { after, clientId: null, limit: 10 })
  expect(changed.toSorted((a, b) => a - b)).toEqual([chatIds[1], chatIds[2]])
  await open.query('commit')
  open.release()
  expect(await readChangedChats(orm, { after, clientId: null, limit: 10 })).toHaveLength(3)
})

test('[INBOX-3] removing old rows keeps the newest of them, so that isFeedCut detects what was removed', async () => {
  await using empty = await freshDatabase()
  const { orm } = empty.db
  const { pool } = empty.db
  await pool.query(`insert into users (email, name, role) values ('a@example.test', 'A', 'client')`)
  await pool.query(`insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at)
    select id, id, now(), now(), now() from users`)
  const begin = horizonOf(await readFeedSnapshot(orm))
  expect(await isFeedCut(orm, begin)).toBe(false)
  const add = async (age: string) => {
    const { rows } = await pool.query(
      'insert into feed (chat_id, created_at) select id, now() - $1::interval from chats returning xid::text, id',
      [age],
    )
    return { xid: String(rows[0].xid), id: Number(rows[0].id) }
  }
  const positions = [await add('3 days'), await add('2 days'), await add('26 hours'), await add('1 hour')]
  expect(await removeOldFeed(orm, { limit: 1 })).toEqual({ removed: 1, upTo: positions[1] })
  expect(await removeOldFeed(orm, { from: positions[1] ?? feedStart, limit: 1_000 })).toEqual({
    removed: 1,
    upTo: positions[2],
  })
  expect(await removeOldFeed(orm, { limit: 1_000 })).toEqual({ removed: 0, upTo: positions[2] })
  expect(await isFeedCut(orm, begin)).toBe(true)
  const cuts = await Promise.all(positions.map((position) => isFeedCut(orm, position)))
  expect(cuts).toEqual([true, true, false, false])
})

test('[INBOX-7] removing old rows reads a range of the index, however many rows come after it', async () => {
  await using large = await freshDatabase()
  const { orm, pool } = large.db
  await pool.query(`insert into feed (chat_id, created_at)
    select n, now() - case when n <= 40000 then interval '25 hours' else interval '1 hour' end
    from generate_series(1, 60000) n`)
  await pool.query('analyze feed')
  const plans = await plansOf(large.db, 'custom', () => removeOldFeed(orm, { limit: 1_000 }))
  const touched = plans.flatMap(({ plan }) => [...planNodes(plan)].map(({ node }) => node))
  expect(touched.filter((node) => node['Relation Name'] === 'feed').length).toBeGreaterThan(1)
  for (const node of touched) {
    expect(node['Node Type']).not.toMatch(/Seq Scan/)
    // The index may still contain rows that the previous run of the statement has deleted.
    expect(node['Actual Rows'] * node['Actual Loops']).toBeLessThanOrEqual(2_001)
  }
})
