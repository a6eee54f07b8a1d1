import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { execute } from '@deskbell/testkit/execute'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FeedPruner } from './prune-feed.ts'

const rows = 5_000_000
const fillRows = 100_000

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  const { pool } = database.db
  for (let filled = 0; filled < rows; filled += fillRows) {
    await pool.query(
      `insert into feed (chat_id, created_at) select n, now() - interval '25 hours' from generate_series(1, $1::int) n`,
      [fillRows],
    )
  }
  await pool.query('analyze feed')
}, 180_000)
afterAll(() => database?.drop())

test('[INBOX-7] five million old rows are removed from a growing feed within the statement timeout', async () => {
  const { pool, orm } = database.db
  let isPruning = true
  let added = 0
  const growing = (async () => {
    while (isPruning) {
      await pool.query('insert into feed (chat_id) select n from generate_series(1, 100) n')
      added += 100
    }
  })()
  const removed = await new FeedPruner(orm).run().finally(() => {
    isPruning = false
  })
  await growing
  expect(removed).toBe(rows - 1)
  expect(added).toBeGreaterThan(1_000)
  // It passes over what was removed, which takes longer than a statement of the server may.
  const left = await execute(database.connectionString, 'select count(*)::int as count from feed')
  expect(left).toEqual([{ count: added + 1 }])
}, 180_000)
