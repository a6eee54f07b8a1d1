import type { Hint } from '@deskbell/bus/bus'
import { userSessionsMax } from '@deskbell/contract/limits'
import { signIn, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Core } from '../context.ts'
import { authenticate } from './authenticate.ts'
import { SessionPruner } from './session-pruner.ts'

const minute = 60 * 1000
let now = new Date('2030-01-01T00:00:00.000Z')
let fresh: FreshCore
let core: Core
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 10, clock: { now: () => now } })
  core = fresh.core
})
afterAll(() => fresh.drop())

const later = (minutes: number) => (now = new Date(now.getTime() + minutes * minute))

async function countSessions(userId: number): Promise<number> {
  const { rows } = await fresh.db.pool.query<{ count: string }>('select count(*) from sessions where user_id = $1', [
    userId,
  ])
  return Number(rows[0]?.count)
}

async function usedAt(sessionId: number): Promise<Date | null> {
  const { rows } = await fresh.db.pool.query<{ used_at: Date | null }>('select used_at from sessions where id = $1', [
    sessionId,
  ])
  return rows[0]?.used_at ?? null
}

test('[AUTH-23] a user has at most 50 sessions: one more ends the least recently used, and its sockets are told', async () => {
  const email = `${uniqueId('many')}@example.test`
  const first = await signIn(core, 'operator', { email })
  later(1)
  const second = await signIn(core, 'operator', { email })
  for (let nth = 2; nth < userSessionsMax; nth += 1) await signIn(core, 'operator', { email })
  later(61)
  // The oldest is in use, so the one after it is the least recently used.
  expect(await authenticate(core, first.token)).not.toBeNull()
  await expect.poll(() => usedAt(first.actor.sessionId)).toEqual(now)
  const hints: Hint[] = []
  const unsubscribe = core.bus.subscribe((hint) => hints.push(hint))
  const newest = await signIn(core, 'operator', { email })
  unsubscribe()
  expect(hints).toEqual([{ t: 'session', sessionId: second.actor.sessionId }])
  expect(await authenticate(core, second.token)).toBeNull()
  expect(await authenticate(core, first.token)).not.toBeNull()
  expect(await authenticate(core, newest.token)).not.toBeNull()
  expect(await countSessions(first.user.id)).toBe(userSessionsMax)
})

test('[AUTH-23] sign-ins at the same moment do not exceed the number', async () => {
  const email = `${uniqueId('race')}@example.test`
  const { user } = await signIn(core, 'client', { email })
  for (let round = 0; round < 3; round += 1)
    await Promise.all(Array.from({ length: 25 }, () => signIn(core, 'client', { email })))
  expect(await countSessions(user.id)).toBe(userSessionsMax)
})

test('[AUTH-24] the use of a session is noted at most once an hour', async () => {
  const { token, actor } = await signIn(core, 'client')
  const notes = watchQueries(fresh.db)
  later(59)
  await authenticate(core, token)
  later(2)
  const noted = now
  await Promise.all([authenticate(core, token), authenticate(core, token)])
  await expect.poll(() => usedAt(actor.sessionId)).toEqual(noted)
  later(59)
  await authenticate(core, token)
  later(1)
  const next = now
  await authenticate(core, token)
  await expect.poll(() => usedAt(actor.sessionId)).toEqual(next)
  notes.stop()
  // The two uses at the same moment, and the last one.
  expect(notes.matching(/^update "sessions"/)).toBe(3)
})

test('[AUTH-25] expired sessions of users who do not come back are removed', async () => {
  const gone = await signIn(core, 'client')
  await fresh.db.pool.query(
    `insert into sessions (user_id, token_hash, auth_mode, created_at, expires_at)
     select $1, 'old ' || nth, 'open', $2, $2 from generate_series(1, 2500) nth`,
    [gone.user.id, new Date(now.getTime() - minute)],
  )
  const pruner = new SessionPruner({ db: fresh.db, clock: core.clock, log: silentLogger, returnChats: async () => {} })
  expect(await pruner.prune()).toBe(2_500)
  expect(await pruner.prune()).toBe(0)
  expect(await authenticate(core, gone.token)).not.toBeNull()
})
