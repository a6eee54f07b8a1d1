import { type ChatId, chatIdSchema, userIdSchema } from '@deskbell/contract/ids'
import { fillDatabase, longestChat } from '@deskbell/testkit/database/fill-database'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { type PlanNode, planNodes, plansOf, type StatementPlan } from '@deskbell/testkit/probes/query-plans'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inSnapshot } from '../transaction.ts'
import type { ChatsFilter } from './chats/chat-lists.ts'
import { readOpenChatChanges, readOpenChats } from './chats/open-chats.ts'
import { readReadCounts, readSharedRows, sumOpenChatsByClient } from './inbox.ts'
import {
  type FeedPosition,
  isFeedCut,
  isFeedLonger,
  readChangedChats,
  readFeedChanges,
  readFeedPage,
  readFeedSnapshot,
} from './log/feed-tail.ts'
import { readChatMarks, readLogPage, readLogsAfter, readTops } from './log/log.ts'
import { createQueries, type Queries } from './queries.ts'

/** So large that a plan which scans a table exceeds `rowsMax`, and that the planner may choose such a plan. */
const size = { messages: 100_000, chats: 10_000, openChats: 800 }
/** How many rows a node of the plan may read for a page of fifty: those of the page, and of a few chats beside it. */
const rowsMax = 600

let database: FreshDatabase
let queries: Queries
let feedEnd: FeedPosition
/** Taken before the last changes of the feed. */
let snapshot: string
beforeAll(async () => {
  database = await freshDatabase()
  await fillDatabase(database.connectionString, size)
  const { pool, orm } = database.db
  // The busiest operator has fewer open chats than a page has rows, and so has the queue of unassigned chats. So only
  // an index of open chats finds them without reading many closed ones.
  await pool.query(`update chats set status = 'closed', closed_at = now()
    where status = 'open' and id % 40 <> 0 and (operator_id = 1 or operator_id is null)`)
  await pool.query('vacuum analyze chats')
  // A table of few rows is read as a whole, and rightly so.
  await pool.query(`insert into accounts (user_id, access, password_hash) select id, 'operator', '' from users`)
  await pool.query('vacuum analyze accounts')
  await pool.query('insert into feed (chat_id) select 1 + n % 10000 from generate_series(1, 30000) n')
  await pool.query('analyze feed')
  const { rows } = await pool.query('select xid::text, id from feed order by feed.xid, id desc offset 20 limit 1')
  feedEnd = { xid: rows[0].xid, id: Number(rows[0].id) }
  snapshot = await readFeedSnapshot(orm)
  await pool.query('insert into feed (chat_id) select n from generate_series(1, 20) n')
  queries = createQueries(orm)
}, 120_000)
afterAll(() => database.drop())

const chat = (id: number) => chatIdSchema.parse(id)
const user = (id: number) => userIdSchema.parse(id)
const longest = chat(longestChat)
/** A closed chat with few messages, all of them old. */
const short = chat(4_500)
const busyOperator = user(1)
const aClient = user(2_500)
const someChats: ChatId[] = Array.from({ length: 20 }, (_, nth) => chat(9_100 + nth * 37))

const reads: Record<string, () => Promise<unknown>> = {
  'chats.get': () => queries.chats.row(busyOperator, longest),
  'the right to see a chat': () => queries.chats.access(longest),
  'what a follower of a chat begins with': () => queries.chats.start(longest),
  'whether one may write': () => queries.chats.summary(longest),
  'who somebody is': () => queries.users.find(aClient),
  'a session': () => queries.sessions.find('no such token', new Date()),
  'the newest messages': () => queries.messages.page({ chatId: longest, limit: 51 }),
  'messages before': () => queries.messages.page({ chatId: longest, limit: 51, beforeId: 35_000 }),
  'messages after': () => queries.messages.page({ chatId: longest, limit: 51, afterId: 35_000 }),
  'messages between': () => queries.messages.page({ chatId: longest, limit: 51, afterId: 35_000, beforeId: 45_000 }),
  'the newest messages of a short chat': () => queries.messages.page({ chatId: short, limit: 51 }),
  'a page of the log': () => logPage(longest, undefined),
  'a page of the log, deep': () => logPage(longest, 3_000),
  'a page of a short log': () => logPage(short, undefined),
  'the log after a place': () =>
    readLogsAfter(database.db.orm, { places: [{ chatId: longest, afterSeq: 3_000 }], limit: 20 }),
  'many logs after places': () =>
    readLogsAfter(database.db.orm, { places: someChats.map((chatId) => ({ chatId, afterSeq: 1 })), limit: 20 }),
  'the ends of many logs': () => readTops(database.db.orm, someChats),
  'the marks of many chats': () => readChatMarks(database.db.orm, someChats),
  'rows of an inbox': () => readSharedRows(database.db.orm, someChats),
  'what was read in them': () => readReadCounts(database.db.orm, someChats),
  'counts of clients': () => sumOpenChatsByClient(database.db.orm, [aClient, user(3_000)]),
  'what changes counts': () => readOpenChatChanges(database.db, snapshot),
  'the feed': () => readFeedPage(database.db.orm, snapshot),
  'what an operator missed': () => readChangedChats(database.db.orm, { after: feedEnd, clientId: null, limit: 501 }),
  'what a client missed': () => readChangedChats(database.db.orm, { after: feedEnd, clientId: aClient, limit: 501 }),
  'what was committed since': () => readFeedChanges(database.db.orm, snapshot),
  'whether the feed is cut': () => isFeedCut(database.db.orm, feedEnd),
  'whether the feed is long': () => isFeedLonger(database.db.orm, feedEnd, 500),
}

function logPage(chatId: ChatId, beforeSeq: number | undefined): Promise<unknown> {
  return readLogPage(database.db.orm, { chatId, beforeSeq, limit: 20 })
}

const scopes = ['all', 'mine', 'unassigned', 'own'] as const
const statuses = ['open', 'closed', 'all'] as const
for (const scope of scopes) {
  for (const status of statuses) {
    const askerId = scope === 'own' ? aClient : busyOperator
    const list = (after?: ChatsFilter['after'], sort: ChatsFilter['sort'] = 'activity') =>
      queries.chats.list({ askerId, scope, status, sort, limit: 51, after })
    const recent =
      'select id, last_message_at as at from chats order by last_message_at desc, id desc offset 60 limit 1'
    reads[`chats.list ${scope} ${status}`] = () => list()
    reads[`chats.list ${scope} ${status}, the page after`] = async () => list(await place('activity', recent))
    if (scope === 'own') continue
    reads[`chats.list ${scope} ${status} by waiting`] = () => list(undefined, 'waiting')
    reads[`chats.list ${scope} ${status} by waiting, after some who wait`] = async () =>
      list(await place('waiting', longestWaiting), 'waiting')
    reads[`chats.list ${scope} ${status} by waiting, after those who wait`] = async () =>
      list(await place('activity', recent), 'waiting')
  }
}

const longestWaiting = `select id, waiting_since as at from chats
  where waiting_since is not null order by waiting_since, id offset 60 limit 1`

async function place(by: 'activity' | 'waiting', text: string): Promise<ChatsFilter['after']> {
  const { rows } = await database.db.pool.query(text)
  return { by, at: rows[0].at, id: Number(rows[0].id) }
}

describe.each(['generic', 'custom'] as const)('%s plans', (mode) => {
  test.each(Object.entries(reads))('[DB-9] the read uses indexes only and touches few rows: %s', async (_, work) => {
    const plans = (await plansOf(database.db, mode, work)).filter(({ name }) => name !== undefined)
    expect(plans).toHaveLength(1)
    for (const plan of plans) expectBounded(plan)
  })

  test('[DB-9] reading all open chats for the counts uses indexes only', async () => {
    const plans = await plansOf(database.db, mode, () => inSnapshot(database.db, readOpenChats))
    expect(plans.map(({ name }) => name)).toEqual(['feed_snapshot', 'open_chats_page'])
    for (const { plan } of plans) for (const { node, above } of planNodes(plan)) expectIndexed(node, above)
  })
})

/** Expects that every node finds its rows by an index, and that none reads more than `rowsMax` of them. */
function expectBounded({ name, plan }: StatementPlan): void {
  for (const { node, above } of planNodes(plan)) {
    expectIndexed(node, above)
    const rows = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    expect(rows, `${name}: rows of ${node['Node Type']}`).toBeLessThanOrEqual(rowsMax)
  }
}

function expectIndexed(node: PlanNode, above: readonly PlanNode[]): void {
  const type = node['Node Type']
  expect(type, `of ${node['Relation Name']}`).not.toBe('Seq Scan')
  // These joins read one side completely.
  expect(['Hash Join', 'Merge Join']).not.toContain(type)
  const walksWhole = /^Index(| Only) Scan$/.test(type) && node['Index Cond'] === undefined
  if (walksWhole) expect(above.find((other) => !passing.has(other['Node Type']))?.['Node Type']).toBe('Limit')
}

/** Nodes that pass rows on one by one, so that a limit above them ends the scan below. */
const passing = new Set(['Subquery Scan', 'Incremental Sort', 'Merge Append', 'Append', 'Nested Loop'])
