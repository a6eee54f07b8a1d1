import { type UserId, userIdSchema } from '@deskbell/contract/ids'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Tx } from '../../transaction.ts'
import {
  endExpiredLeases,
  openLease,
  type PresenceUser,
  readOnlineClients,
  readOperatorsOnline,
  readPresence,
  removeEmptyLeases,
  removeUsersOfEnded,
  renewLease,
  writeConnected,
  writeDisconnected,
} from './presence.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const user = (userId: number, role: PresenceUser['role'] = 'client'): PresenceUser => ({
  userId: userIdSchema.parse(userId),
  role,
})
const crowd = Array.from({ length: 5_000 }, (_, index) => user(index + 1_000))
const expiryMs = 60_000

/** Opens the lease of a process with these users. */
async function leaseWith(users: readonly PresenceUser[]) {
  const leaseId = await openLease(database.db.orm, expiryMs)
  await writeConnected(database.db.orm, { leaseId, expiryMs }, users)
  return { leaseId, expiryMs }
}

/** Moves the last renewal of a lease a minute back, and its end a second. */
async function expire({ leaseId }: { leaseId: number }): Promise<void> {
  await database.db.pool.query(
    `update process_leases set renewed_at = now() - interval '60 s', expires_at = now() - interval '1 s' where id = $1`,
    [leaseId],
  )
}

const presenceOf = async ({ userId }: PresenceUser) => (await readPresence(database.db.orm, [userId]))[0]
const isOnline = async (one: PresenceUser) => (await presenceOf(one))?.online
const rowCount = async (table: string, where = 'true') =>
  Number((await database.db.pool.query(`select count(*) from ${table} where ${where}`)).rows[0].count)

test('[LIVE-15] a user is online while one of its processes has a lease, and for the grace period after', async () => {
  const { orm } = database.db
  const one = user(1)
  const [first, second] = [await leaseWith([one]), await leaseWith([one])]
  await writeDisconnected(orm, { ...first, graceMs: 0 }, [one])
  expect(await isOnline(one)).toBe(true)
  await writeDisconnected(orm, { ...second, graceMs: 0 }, [one])
  expect(await isOnline(one)).toBe(false)
  await writeDisconnected(orm, { ...second, graceMs: 20_000 }, [one])
  expect(await isOnline(one)).toBe(true)
  // The end of one connection never shortens the grace period of another.
  await writeDisconnected(orm, { ...first, graceMs: 0 }, [one])
  expect(await isOnline(one)).toBe(true)
})

test('[LIVE-15] users of an expired lease are away, last seen at its last renewal', async () => {
  const one = user(2)
  const lease = await leaseWith([one])
  await expire(lease)
  const stored = await presenceOf(one)
  expect(stored?.online).toBe(false)
  expect(Date.now() - Number(stored?.seenAt)).toBeGreaterThan(59_000)
  expect(Date.now() - Number(stored?.seenAt)).toBeLessThan(70_000)
  // A process that comes back before another one has ended its lease writes one row.
  expect((await renewLease(database.db.orm, lease)).isAlive).toBe(true)
  expect(await isOnline(one)).toBe(true)
})

test('[LIVE-15] a lease that was ended is not renewed, and its process writes nothing under it', async () => {
  const { orm } = database.db
  const [one, late] = [user(3), user(4)]
  const [lease, other] = [await leaseWith([one]), await leaseWith([])]
  await expire(lease)
  expect((await renewLease(orm, other)).expired).toContain(lease.leaseId)
  expect(await endExpiredLeases(orm, [lease.leaseId, other.leaseId])).toEqual([lease.leaseId])
  expect((await renewLease(orm, lease)).isAlive).toBe(false)
  expect(await writeConnected(orm, lease, [late])).toBe(false)
  expect(await presenceOf(late)).toBeUndefined()
  expect((await renewLease(orm, other)).isAlive).toBe(true)
  // A late goodbye is stored all the same.
  await writeDisconnected(orm, { ...lease, graceMs: 20_000 }, [one])
  expect(await isOnline(one)).toBe(true)
})

test('[LIVE-15] users of ended leases are removed in batches, by one process at a time', async () => {
  const { db } = database
  const users = Array.from({ length: 25 }, (_, nth) => user(nth + 100))
  // The last user was connected to both processes.
  const [lease, other] = [await leaseWith(users), await leaseWith(users.slice(-1))]
  const batch = { leaseIds: [lease.leaseId, other.leaseId], rowsMax: 10 }
  const rows = () => rowCount('connected_users', `lease_id in (${batch.leaseIds})`)
  const leases = () => rowCount('process_leases', `id in (${batch.leaseIds})`)
  await removeUsersOfEnded(db.orm, batch)
  expect(await rows()).toBe(26)
  for (const each of [lease, other]) await expire(each)
  expect(await endExpiredLeases(db.orm, batch.leaseIds)).toEqual(batch.leaseIds)
  await inTransaction(db, async (tx) => {
    await removeUsersOfEnded(tx, batch)
    await removeUsersOfEnded(db.orm, batch)
  })
  expect(await rows()).toBe(16)
  await removeEmptyLeases(db.orm, [lease.leaseId])
  expect(await leases()).toBe(2)
  for (const left of [6, 0]) {
    await removeUsersOfEnded(db.orm, batch)
    expect(await rows()).toBe(left)
  }
  await removeEmptyLeases(db.orm, batch.leaseIds)
  expect(await leases()).toBe(0)
  const seen = await readPresence(
    db.orm,
    users.map(({ userId }) => userId),
  )
  expect(seen).toHaveLength(25)
  for (const { online, seenAt } of seen) {
    expect(online).toBe(false)
    expect(Date.now() - Number(seenAt)).toBeGreaterThan(59_000)
  }
})

test('[LIVE-15] a user who was never online has no row, and an operator is found by its role', async () => {
  const { orm } = database.db
  const [client, operator] = [user(11), user(12, 'operator')]
  const lease = await leaseWith([client])
  expect(await readOperatorsOnline(orm)).toBe(false)
  await writeConnected(orm, lease, [operator])
  expect(await readOperatorsOnline(orm)).toBe(true)
  await writeDisconnected(orm, { ...lease, graceMs: 20_000 }, [operator])
  expect(await readOperatorsOnline(orm)).toBe(true)
  await database.db.pool.query(`update presence set online_until = now() where user_id = 12`)
  expect(await readOperatorsOnline(orm)).toBe(false)
  const found = await readPresence(orm, [client.userId, operator.userId, user(13).userId])
  expect(new Map(found.map(({ userId, online }) => [userId, online]))).toEqual(
    new Map([
      [client.userId, true],
      [operator.userId, false],
    ]),
  )
})

test('[LIVE-23] one statement returns which of the given users are clients and online', async () => {
  const { db } = database
  const [connected, inGrace, away, operator] = [user(21), user(22), user(23), user(24, 'operator')]
  const lease = await leaseWith([connected, inGrace, away, operator])
  await writeDisconnected(db.orm, { ...lease, graceMs: 20_000 }, [inGrace])
  await writeDisconnected(db.orm, { ...lease, graceMs: 0 }, [away])
  // Also for a user with a row of both kinds.
  await writeDisconnected(db.orm, { leaseId: null, graceMs: 20_000 }, [connected])
  const watched = watchQueries(db)
  const userIds = [connected, inGrace, away, operator, user(25)].map(({ userId }) => userId)
  const online = await readOnlineClients(db.orm, userIds)
  expect(online.toSorted((a, b) => a - b)).toEqual([connected.userId, inGrace.userId])
  watched.stop()
  expect(watched.texts).toHaveLength(1)
  await writeDisconnected(db.orm, { ...lease, graceMs: 0 }, [operator])
})

test('[LIVE-15] a process of the version before, which writes only the table presence, is understood', async () => {
  const one = user(31)
  // The statement of that version for a connected user.
  const refresh = `insert into presence (user_id, role, seen_at, online_until)
    values (31, 'client', now(), now() + interval '41 s') on conflict (user_id) do update
    set seen_at = greatest(presence.seen_at, excluded.seen_at), online_until = greatest(presence.online_until, excluded.online_until)`
  await database.db.pool.query(refresh)
  expect(await isOnline(one)).toBe(true)
  // A goodbye of this version does not end what that version has written.
  await writeDisconnected(database.db.orm, { leaseId: null, graceMs: 0 }, [one])
  expect(await isOnline(one)).toBe(true)
})

test('[LIVE-15] processes that write the presence of the same users at the same time do not deadlock', async () => {
  const { orm } = database.db
  const shuffled = () => crowd.slice(0, 500).toSorted(() => Math.random() - 0.5)
  const [alive, dead] = [await leaseWith([]), await leaseWith(crowd.slice(0, 500))]
  await expire(dead)
  await endExpiredLeases(orm, [dead.leaseId])
  const write = (nth: number) => {
    if (nth % 4 === 0) return writeConnected(orm, alive, shuffled())
    if (nth % 4 === 1) return removeUsersOfEnded(orm, { leaseIds: [dead.leaseId], rowsMax: 60 })
    return writeDisconnected(orm, { ...(nth % 4 === 2 ? alive : dead), graceMs: 1_000 }, shuffled())
  }
  await Promise.all(Array.from({ length: 24 }, (_, nth) => write(nth)))
})

test('[DB-7] a renewal for 5,000 users writes one row, as a HOT update', async () => {
  const { db } = database
  const lease = await leaseWith(crowd)
  const written = (tx: Tx) =>
    tx.execute<Record<string, number>>(sql`select
      pg_stat_get_xact_tuples_hot_updated('process_leases'::regclass)::int as leases,
      sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
        + pg_stat_get_xact_tuples_deleted(oid))::int as rows
      from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`)
  const [before, after] = await inTransaction(db, async (tx) => {
    const first = await written(tx)
    await renewLease(tx, lease)
    return [first.rows[0], (await written(tx)).rows[0]]
  })
  expect(Number(after?.['leases']) - Number(before?.['leases'])).toBe(1)
  expect(Number(after?.['rows']) - Number(before?.['rows'])).toBe(1)
  expect(await writeConnected(db.orm, lease, crowd)).toBe(true)
  expect(await rowCount('connected_users', `lease_id = ${lease.leaseId}`)).toBe(crowd.length)
})

test('[DB-7] reads of presence use indexes, for operators the partial ones', async () => {
  const { db } = database
  const lease = await leaseWith(crowd)
  await writeDisconnected(db.orm, { ...lease, leaseId: null, graceMs: 0 }, crowd)
  await db.pool.query('analyze presence, connected_users, process_leases')
  const queries = watchQueries(db)
  await readOperatorsOnline(db.orm)
  await readPresence(db.orm, [user(1_001).userId])
  await readOnlineClients(db.orm, [user(1_001).userId])
  queries.stop()
  const explain = async (text = '', values: unknown[] = []) => {
    const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }
  const ids: UserId[] = [user(1_001).userId, user(1_002).userId]
  const [operators, presences, online] = queries.texts
  for (const index of ['idx_presence_operators', 'idx_connected_operators'])
    expect(await explain(operators, [1])).toContain(index)
  for (const text of [presences, online])
    for (const index of ['presence_pkey', 'connected_users_user_id_lease_id_pk'])
      expect(await explain(text, [ids, ids])).toContain(index)
})
