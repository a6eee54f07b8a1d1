import type { Database } from '@deskbell/db/database'
import { readOpenChatChanges } from '@deskbell/db/queries/chats/open-chats'
import { horizonOf, isFeedCut, readFeedPage, readFeedSnapshot } from '@deskbell/db/queries/log/feed-tail'
import { feedSettled } from '@deskbell/testkit/database/feed-settled'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { openTransaction } from '@deskbell/testkit/database/open-transaction'
import { plansOf } from '@deskbell/testkit/probes/query-plans'
import { expect, test } from 'vitest'
import { FeedPruner } from './prune-feed.ts'

async function add({ pool }: Database, rows: number, age: string): Promise<void> {
  await pool.query(
    'insert into feed (chat_id, created_at) select n, now() - $2::interval from generate_series(1, $1::int) n',
    [rows, age],
  )
}

test('[INBOX-7] all old feed rows but the newest are removed, in many batches, and no young row is', async () => {
  await using database = await freshDatabase()
  const { pool, orm } = database.db
  await add(database.db, 12_345, '2 days')
  await add(database.db, 50, '25 hours')
  await add(database.db, 500, '1 hour')
  const pruner = new FeedPruner(orm)
  expect(await pruner.run(AbortSignal.abort())).toBe(0)
  expect(await pruner.run()).toBe(12_394)
  expect(await pruner.run()).toBe(0)
  const { rows } = await pool.query(
    'select count(*)::int as kept, count(*) filter (where chat_id = 50)::int as of_50 from feed',
  )
  expect(rows).toEqual([{ kept: 501, of_50: 2 }])
})

test('[INBOX-7] [DB-10] rows that were removed while a transaction stays open cost nothing afterwards', async () => {
  await using database = await freshDatabase()
  const { db } = database
  await add(db, 20_000, '2 days')
  await add(db, 10, '1 hour')
  await db.pool.query('analyze feed')
  // Transactions of other tests may be older than these rows, which in life are a day old.
  await feedSettled(db)
  await using _open = await openTransaction(db)
  const pruner = new FeedPruner(db.orm)
  expect(await pruner.run()).toBe(19_999)
  const snapshot = await readFeedSnapshot(db.orm)
  const reads = [
    () => pruner.run(),
    () => isFeedCut(db.orm, horizonOf(snapshot)),
    () => readOpenChatChanges(db, snapshot),
    () => readFeedPage(db.orm, snapshot),
  ]
  for (const read of reads) {
    const plans = await plansOf(db, 'custom', read)
    expect(plans.length).toBeGreaterThan(0)
    // The open transaction keeps the entries of the removed rows, which fill more than a hundred blocks.
    for (const { name, plan } of plans) expect(plan['Shared Hit Blocks'], name).toBeLessThan(50)
  }
})
