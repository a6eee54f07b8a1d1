import { userIdSchema } from '@deskbell/contract/ids'
import { type Database, openDatabase } from '@deskbell/db/database'
import { type PresenceUser, readPresence } from '@deskbell/db/queries/users/presence'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultPresenceTimings, type PresenceTimings } from './presence-timings.ts'
import { PresenceWriter } from './presence-writer.ts'

let fresh: FreshDatabase
beforeEach(async () => {
  fresh = await freshDatabase()
})
afterEach(() => fresh.drop())

const quick = { refreshMs: 50, expiryMs: 20_000, graceMs: 0, soonMs: 5 }
const user = (userId: number): PresenceUser => ({ userId: userIdSchema.parse(userId), role: 'client' })

type Process = AsyncDisposable & { db: Database; writer: PresenceWriter }

/** A process on the same database, with a pool of its own. */
function startProcess(timings: Partial<PresenceTimings> = {}): Process {
  const db = openDatabase({ connectionString: fresh.connectionString, poolMax: 2 })
  const options = { db, log: silentLogger, timings: { ...defaultPresenceTimings, ...quick, ...timings } }
  const writer = new PresenceWriter({ ...options, onWritten: () => undefined })
  writer.start()
  const dispose = async () => {
    await writer.stop()
    await db.close()
  }
  return { db, writer, [Symbol.asyncDispose]: dispose }
}

/** Lets no statement of a process through, as if it were suspended. Returns the function that ends this. */
function suspend({ db }: Process): () => void {
  const { query } = db.pool
  Reflect.set(db.pool, 'query', () => Promise.reject(new Error('suspended')))
  return () => Reflect.set(db.pool, 'query', query)
}

const rowsOf = async (text: string) => (await fresh.db.pool.query({ text, rowMode: 'array' })).rows
const presenceOf = async ({ userId }: PresenceUser) => (await readPresence(fresh.db.orm, [userId]))[0]
const isOnline = async (one: PresenceUser) => (await presenceOf(one))?.online === true
const leaseIds = async () => (await rowsOf('select id from process_leases order by id')).flat().map(Number)
const expireLeases = (where = 'true') =>
  rowsOf(
    `update process_leases set renewed_at = now() - interval '50 s', expires_at = now() - interval '1 s' where ${where}`,
  )

test.each([1, 3_000])(
  '[LIVE-15] the steady state of %d users is one statement and one row a refresh',
  async (count) => {
    await using single = startProcess()
    for (let id = 1; id <= count; id += 1) single.writer.enter(user(id))
    await waitFor(async () => (await rowsOf('select count(*)::int from connected_users'))[0]?.[0] === count)
    /** Every row of the tables with its version. */
    const versions = () =>
      rowsOf(
        'select xmin::text, ctid::text, user_id from connected_users union all select xmin::text, ctid::text, user_id from presence',
      )
    const before = await versions()
    const queries = watchQueries(single.db)
    await waitFor(() => queries.texts.length >= 10)
    queries.stop()
    expect(new Set(queries.texts).size).toBe(1)
    expect(queries.matching(/update "process_leases"/)).toBe(queries.texts.length)
    expect(await versions()).toEqual(before)
    expect(await rowsOf('select count(*)::int from process_leases')).toEqual([[1]])
  },
)

test('[LIVE-15] users of a process that died are away at the end of its lease, and its rows are removed', async () => {
  const [one, both] = [user(1), user(2)]
  const dead = startProcess({ expiryMs: 1_500 })
  await using alive = startProcess()
  for (const each of [one, both]) dead.writer.enter(each)
  alive.writer.enter(both)
  await waitFor(async () => (await isOnline(one)) && (await rowsOf('select from connected_users')).length === 3)
  const resume = suspend(dead)
  // Also waits for a renewal that was already sent.
  await dead.writer.stop()
  const [[renewedAt, expiresAt]] = (await rowsOf(
    `select renewed_at, expires_at from process_leases where expires_at < now() + interval '10 s'`,
  )) as [[Date, Date]]
  await waitFor(async () => !(await isOnline(one)))
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime())
  expect(await presenceOf(one)).toMatchObject({ online: false, seenAt: renewedAt })
  await waitFor(async () => (await leaseIds()).length === 1)
  expect(await rowsOf('select user_id from connected_users')).toEqual([['2']])
  expect(await presenceOf(one)).toMatchObject({ online: false, seenAt: renewedAt })
  expect(await isOnline(both)).toBe(true)
  resume()
  await dead.db.close()
})

test('[LIVE-15] a process that comes back writes its users under a new lease if its own was removed', async () => {
  const [one, two] = [user(1), user(2)]
  await using sleeper = startProcess()
  await using alive = startProcess()
  sleeper.writer.enter(one)
  await waitFor(() => isOnline(one))
  const [lease] = await leaseIds()
  const resume = suspend(sleeper)
  // Written when the process comes back, with those who were connected before.
  sleeper.writer.enter(two)
  alive.writer.enter(user(3))
  await waitFor(async () => {
    await expireLeases(`id = ${lease}`)
    return !(await leaseIds()).includes(lease ?? 0)
  })
  expect([await isOnline(one), await isOnline(two)]).toEqual([false, false])
  resume()
  await waitFor(async () => (await isOnline(one)) && (await isOnline(two)))
  expect(await rowsOf('select user_id from connected_users order by user_id')).toEqual([['1'], ['2'], ['3']])
})

test('[LIVE-15] a process whose lease expired while nobody ended it renews the same one', async () => {
  await using single = startProcess({ refreshMs: 1_000 })
  single.writer.enter(user(1))
  await waitFor(() => isOnline(user(1)))
  const before = await leaseIds()
  await expireLeases()
  expect(await isOnline(user(1))).toBe(false)
  await waitFor(() => isOnline(user(1)))
  expect(await leaseIds()).toEqual(before)
})

test('[LIVE-15] a lease is ended only when two refreshes have found it expired', async () => {
  await rowsOf('insert into process_leases (renewed_at, expires_at) values (now(), now())')
  await using single = startProcess()
  const queries = watchQueries(single.db)
  single.writer.enter(user(1))
  await waitFor(async () => !(await leaseIds()).includes(1))
  queries.stop()
  const end = queries.texts.findIndex((text) => text.includes(`set expires_at = '-infinity'`))
  expect(queries.texts.slice(0, end).filter((text) => text.includes('as expired'))).toHaveLength(2)
})

test('[LIVE-15] the rows of a dead process are removed in batches of 5,000', async () => {
  await rowsOf(`insert into process_leases (renewed_at, expires_at) values (now() - interval '1 min', now())`)
  await rowsOf(`insert into connected_users select n, 1, 'client' from generate_series(11, 12010) n`)
  await using single = startProcess()
  const queries = watchQueries(single.db)
  single.writer.enter(user(1))
  await waitFor(async () => !(await leaseIds()).includes(1))
  queries.stop()
  expect(queries.matching(/skip locked/)).toBe(3)
  expect(await rowsOf('select user_id from connected_users')).toEqual([['1']])
  expect(await rowsOf('select count(*)::int from presence where online_until < now()')).toEqual([[12_000]])
})

test('[LIVE-15] a process without users writes nothing, and its next user gets a new lease at once', async () => {
  await using single = startProcess()
  const queries = watchQueries(single.db)
  const leave = single.writer.enter(user(1))
  await waitFor(() => isOnline(user(1)))
  leave()
  await waitFor(async () => !(await isOnline(user(1))))
  await waitFor(() => queries.matching(/insert into "presence"/) === 1)
  const sent = queries.texts.length
  // As many as five refreshes.
  const isOld = `renewed_at < now() - interval '250 ms'`
  await waitFor(async () => (await rowsOf(`select from process_leases where ${isOld}`)).length === 1)
  expect(queries.texts.length).toBe(sent)
  await using late = startProcess({ refreshMs: 60_000 })
  const leaveLate = late.writer.enter(user(2))
  await waitFor(() => isOnline(user(2)))
  leaveLate()
  await waitFor(async () => !(await isOnline(user(2))))
  await rowsOf('delete from process_leases')
  late.writer.enter(user(3))
  await waitFor(() => isOnline(user(3)))
})

test('[LIVE-15] a stopping process removes its lease', async () => {
  const single = startProcess({ graceMs: 20_000 })
  single.writer.enter(user(1))
  await waitFor(async () => (await leaseIds()).length === 1)
  await single[Symbol.asyncDispose]()
  expect([await leaseIds(), await rowsOf('select from connected_users')]).toEqual([[], []])
  expect(await isOnline(user(1))).toBe(true)
})
