import { type UserId, userIdSchema } from '@deskbell/contract/ids'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/fresh-database'
import { watchQueries } from '@deskbell/testkit/watch-queries'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../transaction.ts'
import {
  type PresenceUser,
  readOnlineClients,
  readOperatorsOnline,
  readPresence,
  tellGone,
  tellHere,
} from './presence.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const person = (userId: number, role: PresenceUser['role'] = 'client'): PresenceUser => ({
  userId: userIdSchema.parse(userId),
  role,
})
const crowd = Array.from({ length: 5_000 }, (_, index) => person(index + 1_000))

async function secondsLeft(userId: UserId): Promise<number> {
  const { rows } = await database.db.pool.query(
    'select extract(epoch from online_until - now())::float as left from presence where user_id = $1',
    [userId],
  )
  return rows[0].left
}

test('[LIVE-15] tellHere never shortens the time online, tellGone shortens it until the next tellHere', async () => {
  const { orm } = database.db
  const { userId, role } = person(1)
  await tellHere(orm, [{ userId, role }], 60_000)
  await tellHere(orm, [{ userId, role }], 1_000)
  expect(await secondsLeft(userId)).toBeGreaterThan(40)
  await tellGone(orm, [{ userId, role }], 20_000)
  expect(await secondsLeft(userId)).toBeLessThanOrEqual(20)
  // tellGone never extends the time.
  await tellGone(orm, [{ userId, role }], 60_000)
  expect(await secondsLeft(userId)).toBeLessThanOrEqual(20)
  await tellHere(orm, [{ userId, role }], 60_000)
  expect(await secondsLeft(userId)).toBeGreaterThan(40)
})

test('[LIVE-15] a user who was never online has no row, and an operator is found by its role', async () => {
  const { orm } = database.db
  const [client, operator] = [person(11), person(12, 'operator')]
  await tellHere(orm, [client], 60_000)
  expect(await readOperatorsOnline(orm)).toBe(false)
  await tellHere(orm, [operator], 60_000)
  expect(await readOperatorsOnline(orm)).toBe(true)
  await tellGone(orm, [operator], 0)
  expect(await readOperatorsOnline(orm)).toBe(false)
  const found = await readPresence(orm, [client.userId, operator.userId, person(13).userId])
  expect(new Map(found.map(({ userId, online }) => [userId, online]))).toEqual(
    new Map([
      [client.userId, true],
      [operator.userId, false],
    ]),
  )
})

test('[LIVE-23] one statement returns which of the given users are clients and online', async () => {
  const { db } = database
  const [here, gone, operator] = [person(21), person(22), person(23, 'operator')]
  await tellHere(db.orm, [here, gone, operator], 60_000)
  await tellGone(db.orm, [gone], 0)
  const watched = watchQueries(db)
  const userIds = [here, gone, operator, person(24)].map(({ userId }) => userId)
  expect(await readOnlineClients(db.orm, userIds)).toEqual([here.userId])
  watched.stop()
  expect(watched.texts).toHaveLength(1)
})

test('[LIVE-15] processes that write the presence of the same users at the same time do not deadlock', async () => {
  const { orm } = database.db
  const shuffled = () => crowd.slice(0, 500).toSorted(() => Math.random() - 0.5)
  const tell = (nth: number) => (nth % 2 === 0 ? tellHere(orm, shuffled(), 60_000) : tellGone(orm, shuffled(), 1_000))
  await Promise.all(Array.from({ length: 16 }, (_, nth) => tell(nth)))
})

test('[DB-7] one statement refreshes 5,000 users, nearly all of them as HOT updates', async (context) => {
  const { db } = database
  await tellHere(db.orm, crowd, 60_000)
  const shares: number[] = []
  const times: number[] = []
  for (let refresh = 0; refresh < 6; refresh += 1) {
    const hot = await inTransaction(db, async (tx) => {
      const startedAt = performance.now()
      await tellHere(tx, crowd, 60_000)
      times.push(performance.now() - startedAt)
      const counted = await tx.execute<{ hot: number }>(
        sql`select pg_stat_get_xact_tuples_hot_updated('presence'::regclass)::int as hot`,
      )
      return counted.rows[0]?.hot ?? 0
    })
    shares.push(hot / crowd.length)
  }
  const median = times.toSorted((a, b) => a - b)[3] ?? 0
  await context.annotate(`a refresh of 5,000 people: ${median.toFixed(0)} ms`)
  expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(0.95)
})

test('[DB-7] reads of presence use an index, for operators the partial one', async () => {
  const { db } = database
  await tellHere(db.orm, crowd, 60_000)
  await db.pool.query('analyze presence')
  const queries = watchQueries(db)
  await readOperatorsOnline(db.orm)
  await readPresence(db.orm, [person(1_001).userId])
  queries.stop()
  const explain = async (text = '', values: unknown[] = []) => {
    const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }
  const [operators, clients] = queries.texts
  expect(await explain(operators, [1])).toContain('idx_presence_operators')
  expect(await explain(clients, [[1_001, 1_002]])).toContain('presence_pkey')
})
