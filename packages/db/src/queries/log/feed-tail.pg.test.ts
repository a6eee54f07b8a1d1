import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { planNodes, plansOf } from '@deskbell/testkit/probes/query-plans'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type FeedPosition,
  feedStart,
  isFeedCut,
  readChangedChats,
  readFeed,
  readFeedChanges,
  readFeedHorizon,
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

/** Runs a transaction that stays open for a random time after it has inserted its feed row. Some roll back. */
async function writeOnce(done: Set<number>): Promise<void> {
  const client = await database.db.pool.connect()
  await client.query('begin')
  const chatId = chatIds[Math.floor(Math.random() * chatIds.length)]
  const { rows } = await client.query('insert into feed (chat_id) values ($1) returning id', [chatId])
  if (Math.random() < 0.5) await client.query('select pg_sleep($1)', [Math.random() * 0.02])
  if (Math.random() < 0.05) await client.query('rollback')
  else {
    await client.query('commit')
    done.add(Number(rows[0].id))
  }
  client.release()
}

test('[INBOX-5] reading the feed skips no commit when transactions commit out of order', async () => {
  const { orm } = database.db
  const committed = new Set<number>()
  const seen: number[] = []
  const naive: number[] = []
  let position: FeedPosition = await readFeedHorizon(orm)
  let newest = 0
  let writing = true
  const writers = Array.from({ length: 16 }, async () => {
    for (let n = 0; n < 60; n += 1) await writeOnce(committed)
  })
  const poll = async () => {
    const rows = await readFeed(orm, position, 100)
    for (const row of rows) seen.push(row.id)
    position = rows.at(-1) ?? position
    const plain = await database.db.pool.query('select id from feed where id > $1 order by id', [newest])
    for (const row of plain.rows) naive.push(Number(row.id))
    newest = naive.at(-1) ?? newest
    return rows.length
  }
  const reading = (async () => {
    while (writing) await poll()
  })()
  await Promise.all(writers)
  writing = false
  await reading
  // An open transaction in any other database of this server holds back the horizon, so rows may be read later.
  await waitFor(async () => (await poll()) === 0 && seen.length >= committed.size)
  expect(seen.toSorted((a, b) => a - b)).toEqual([...committed].toSorted((a, b) => a - b))
  // Reading by id alone misses commits in the same run. This is why the feed has the column xid.
  expect(naive.length).toBeLessThan(committed.size)
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
  let after = await readFeedHorizon(orm)
  await waitFor(async () => {
    after = await readFeedHorizon(orm)
    return (await readChangedChats(orm, { after, clientId: null, limit: 10 })).length === 0
  })
  const open = await database.db.pool.connect()
  await open.query('begin')
  await open.query('insert into feed (chat_id) values ($1)', [chatIds[0]])
  for (const chatId of [chatIds[1], chatIds[2], chatIds[1]]) {
    await database.db.pool.query('insert into feed (chat_id) values ($1)', [chatId])
  }
  expect(await readFeed(orm, after, 10)).toEqual([])
  const changed = await readChangedChats(orm, { after, clientId: null, limit: 10 })
  expect(changed.toSorted((a, b) => a - b)).toEqual([chatIds[1], chatIds[2]])
  await open.query('commit')
  open.release()
  await waitFor(async () => (await readFeed(orm, after, 10)).length === 4)
})

test('[INBOX-3] removing old rows keeps the newest of them, so that isFeedCut detects what was removed', async () => {
  await using empty = await freshDatabase()
  const { orm } = empty.db
  const { pool } = empty.db
  await pool.query(`insert into users (email, name, role) values ('a@example.test', 'A', 'client')`)
  await pool.query(`insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at)
    select id, id, now(), now(), now() from users`)
  const begin = await readFeedHorizon(orm)
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
