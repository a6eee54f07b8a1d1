import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import type { Actor } from '@deskbell/contract/actor'
import { newClient, newOperator, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore, testSecrets } from '@deskbell/testkit/fresh-core'
import { probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { followChat } from '../chats/follow-chat.ts'
import { createCore } from '../create-core.ts'

const presenceTimings = { refreshMs: 200, expiryMs: 3_000, graceMs: 1_500, pollMs: 100, soonMs: 10 }

let fresh: FreshCore
beforeEach(async () => {
  fresh = await freshCore({ presenceTimings })
})
afterEach(() => fresh.drop())

type Row = { role: string; online: boolean; left_ms: number; seen_ms: number }

async function stored({ userId }: Actor): Promise<Row | undefined> {
  const { rows } = await fresh.db.pool.query<Row>(
    `select role, max(online_until) > now() as online, (extract(epoch from max(online_until) - now()) * 1000)::float as left_ms,
      (extract(epoch from now() - max(seen_at)) * 1000)::float as seen_ms
     from (select user_id, role, online_until, seen_at from presence union all
       select user_id, role, expires_at, renewed_at from connected_users join process_leases on id = lease_id) as stored
     where user_id = $1 group by role`,
    [userId],
  )
  return rows[0]
}

/** Like another process on the same database. */
async function secondCore() {
  const bus = createInProcessBus()
  const core = createCore({
    db: fresh.db,
    bus,
    log: silentLogger,
    authMode: 'open',
    secrets: testSecrets(),
    files: fresh.files,
    presenceTimings,
  })
  await core.start()
  return { core, [Symbol.asyncDispose]: () => core.stop() }
}

test('[LIVE-15] a user is stored as online until its last connection ends, and is refreshed meanwhile', async () => {
  const { core } = fresh
  const client = await newClient(core)
  const leaves = [core.presence.enter(client), core.presence.enter(client)]
  await waitFor(async () => (await stored(client))?.online)
  expect(await stored(client)).toMatchObject({ role: 'client', online: true })
  leaves[0]?.()
  leaves[0]?.()
  expect(core.presence.connectedUsers).toBe(1)
  const { seen_ms: before = 0 } = (await stored(client)) ?? {}
  await waitFor(async () => ((await stored(client))?.seen_ms ?? Infinity) < before)
  expect((await stored(client))?.left_ms).toBeGreaterThan(presenceTimings.graceMs)
  leaves[1]?.()
  expect(core.presence.connectedUsers).toBe(0)
  await waitFor(async () => ((await stored(client))?.left_ms ?? Infinity) <= presenceTimings.graceMs)
  await waitFor(async () => (await stored(client))?.online === false)
})

test('[LIVE-15] a user who reconnects within the grace period is never shown as away', async () => {
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  let leave = core.presence.enter(client)
  await using probe = new StreamProbe((signal) => followChat(core, operator, { chatId: chat.id, signal }))
  await probe.when(() => probe.of('presence').at(-1)?.clientOnline === true)
  const seen = probe.of('presence').length
  for (let reload = 0; reload < 3; reload += 1) {
    leave()
    await waitFor(async () => ((await stored(client))?.left_ms ?? Infinity) <= presenceTimings.graceMs)
    leave = core.presence.enter(client)
    await waitFor(async () => ((await stored(client))?.left_ms ?? 0) > presenceTimings.graceMs)
  }
  expect(probe.of('presence')).toHaveLength(seen)
})

test('[LIVE-15] a user who is also connected to another process stays online', timed, async () => {
  const { core } = fresh
  await using second = await secondCore()
  const client = await newClient(core)
  const leave = core.presence.enter(client)
  second.core.presence.enter(client)
  await waitFor(async () => (await stored(client))?.online)
  leave()
  const { graceMs } = presenceTimings
  const from = performance.now()
  const seen = new Set<boolean | undefined>()
  await waitFor(async () => {
    seen.add((await stored(client))?.online)
    return performance.now() - from > 2 * graceMs
  })
  expect([...seen]).toEqual([true])
  expect((await stored(client))?.left_ms).toBeGreaterThan(graceMs)
})

test('[LIVE-15] a stopping process ends the presence of its users after the grace period', timed, async () => {
  const { core } = fresh
  const second = await secondCore()
  const client = await newClient(core)
  second.core.presence.enter(client)
  await waitFor(async () => (await stored(client))?.online)
  await second.core.stop()
  expect((await stored(client))?.left_ms).toBeLessThanOrEqual(presenceTimings.graceMs)
})

test('[LIVE-15] clients receive only whether any operator is online, and operators get no such frame', async () => {
  const { core } = fresh
  const [client, operator, other] = [await newClient(core), await newOperator(core), await newOperator(core)]
  await using inbox = probeInbox(core, client)
  await using operators = probeInbox(core, operator)
  await inbox.until('presence')
  const leaves = [core.presence.enter(operator), core.presence.enter(other)]
  await inbox.when(() => inbox.of('presence').length === 2)
  // A second operator changes nothing, and neither does the end of one of two.
  leaves[0]?.()
  await waitFor(async () => (await stored(operator))?.online === false)
  await using late = probeInbox(core, await newClient(core))
  await late.until('presence')
  leaves[1]?.()
  await inbox.when(() => inbox.of('presence').length === 3)
  expect(inbox.of('presence')).toEqual(
    [false, true, false].map((operatorsOnline) => ({ t: 'presence', operatorsOnline })),
  )
  expect(late.of('presence')[0]).toEqual({ t: 'presence', operatorsOnline: true })
  expect(operators.of('presence')).toEqual([])
})

test('[LIVE-15] a following operator gets the client’s presence and last seen; the client does not', async () => {
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const follow = (actor: Actor) => new StreamProbe((signal) => followChat(core, actor, { chatId: chat.id, signal }))
  await using probe = follow(operator)
  await using own = follow(client)
  await probe.until('presence')
  expect(probe.frames.map(({ t }) => t)).toEqual(['live', 'presence'])
  const leave = core.presence.enter(client)
  await probe.when(() => probe.of('presence').length === 2)
  const leftAt = Date.now()
  leave()
  await probe.when(() => probe.of('presence').length === 3)
  const [first, second, third] = probe.of('presence')
  expect(first).toEqual({ t: 'presence', clientOnline: false, clientSeenAt: null })
  expect(second).toEqual({ t: 'presence', clientOnline: true, clientSeenAt: null })
  expect(third).toMatchObject({ t: 'presence', clientOnline: false })
  const seenAt = Date.parse(third?.clientSeenAt ?? '')
  // Test and database have the same clock. The end is written a moment after it happened.
  expect(seenAt).toBeGreaterThanOrEqual(leftAt - 1_000)
  expect(seenAt).toBeLessThanOrEqual(Date.now())
  for (const { id, frame } of probe.received) if (frame.t === 'presence') expect(id).toMatch(/:0~/)
  expect(own.of('presence')).toEqual([])
})

test('[LIVE-15] presence is not read without watches, and two queries serve all watches', async () => {
  const { core, db } = fresh
  const operator = await newOperator(core)
  const talks = await Promise.all(Array.from({ length: 5 }, () => setUpChat(core)))
  core.presence.enter(operator)
  await waitFor(async () => (await stored(operator))?.online)
  const queries = watchQueries(db)
  const polls = () => queries.matching(/select.*"presence"/)
  const refreshes = () => queries.matching(/update "process_leases"/)
  await waitFor(() => refreshes() >= 3)
  expect(polls()).toBe(0)
  const probes = talks.map(
    ({ chat }) => new StreamProbe((signal) => followChat(core, operator, { chatId: chat.id, signal })),
  )
  const inboxes = talks.map(({ client }) => probeInbox(core, client))
  for (const probe of [...probes, ...inboxes]) await probe.until('presence')
  const before = [polls(), performance.now()] as const
  await waitFor(() => polls() >= before[0] + 10)
  const rounds = (performance.now() - before[1]) / presenceTimings.pollMs
  expect(polls() - before[0]).toBeLessThanOrEqual(2 * (rounds + 2))
  for (const probe of [...probes, ...inboxes]) await probe.stop()
  queries.stop()
})

test('[LIVE-15] presence stays as it was while the table cannot be read, and is written afterwards', async () => {
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  core.presence.enter(client)
  await using probe = new StreamProbe((signal) => followChat(core, operator, { chatId: chat.id, signal }))
  await probe.when(() => probe.of('presence').at(-1)?.clientOnline === true)
  const seen = probe.of('presence').length
  await db.pool.query('alter table presence rename to presence_away')
  const left = await newClient(core)
  core.presence.enter(left)()
  const queries = watchQueries(db)
  await waitFor(() => queries.matching(/insert into "presence"/) >= 2 && queries.matching(/select.*"presence"/) >= 2)
  queries.stop()
  expect(probe.of('presence')).toHaveLength(seen)
  await db.pool.query('alter table presence_away rename to presence')
  await waitFor(async () => ((await stored(client))?.left_ms ?? 0) > presenceTimings.graceMs)
  // The user who connected and disconnected meanwhile is stored, too.
  await waitFor(async () => (await stored(left)) !== undefined)
  expect(probe.of('presence').every(({ clientOnline }, nth) => nth < seen || clientOnline)).toBe(true)
})
