import type { Hint } from '@deskbell/bus/bus'
import { signIn, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Core } from '../context.ts'
import { authenticate } from './authenticate.ts'
import { endSession } from './end-session.ts'
import { listSessions } from './list-sessions.ts'

const hour = 60 * 60 * 1000
let now = new Date('2030-01-01T00:00:00.000Z')
let fresh: FreshCore
let core: Core
beforeAll(async () => {
  fresh = await freshCore({ clock: { now: () => now } })
  core = fresh.core
})
afterAll(() => fresh.drop())

const later = (hours: number) => (now = new Date(now.getTime() + hours * hour))

test('[AUTH-32] a user sees the own sessions, newest first, with their last use, and no expired or void one', async () => {
  const email = `${uniqueId('many')}@example.test`
  const expired = await signIn(core, 'operator', { email })
  later(29 * 24)
  const first = await signIn(core, 'operator', { email })
  const voided = await signIn(core, 'operator', { email })
  await core.db.pool.query(`update sessions set auth_mode = 'secure' where id = $1`, [voided.actor.sessionId])
  later(24)
  expect(await authenticate(core, expired.token)).toBeNull()
  const used = now
  await authenticate(core, first.token)
  later(1)
  const second = await signIn(core, 'operator', { email })
  await signIn(core, 'client', { email })
  later(1)
  // The use is noted while nobody waits for it.
  await expect
    .poll(async () => (await listSessions(core, second.actor)).items)
    .toEqual([
      { id: second.actor.sessionId, createdAt: iso(-1), lastSeenAt: now.toISOString(), current: true },
      { id: first.actor.sessionId, createdAt: iso(-26), lastSeenAt: used.toISOString(), current: false },
    ])
})

function iso(hours: number): string {
  return new Date(now.getTime() + hours * hour).toISOString()
}

test('[AUTH-33] a user ends one of the own sessions, and its sockets are told', async () => {
  const email = `${uniqueId('ends')}@example.test`
  const here = await signIn(core, 'client', { email })
  const there = await signIn(core, 'client', { email })
  const hints: Hint[] = []
  const unsubscribe = core.bus.subscribe((hint) => hints.push(hint))
  await endSession(core, here.actor, there.actor)
  unsubscribe()
  expect(hints).toEqual([{ t: 'session', sessionId: there.actor.sessionId }])
  expect(await authenticate(core, there.token)).toBeNull()
  expect(await authenticate(core, here.token)).not.toBeNull()
})

test('[AUTH-33] a session of another user, an unknown, an ended, an expired and a void one are not_found', async () => {
  const email = `${uniqueId('refused')}@example.test`
  const expired = await signIn(core, 'client', { email })
  later(30 * 24)
  const here = await signIn(core, 'client', { email })
  const [foreign, twin] = [await signIn(core, 'client'), await signIn(core, 'operator', { email })]
  const voided = await signIn(core, 'client', { email })
  await core.db.pool.query(`update sessions set auth_mode = 'secure' where id = $1`, [voided.actor.sessionId])
  const ended = await signIn(core, 'client', { email })
  await endSession(core, here.actor, ended.actor)
  for (const { actor } of [expired, foreign, twin, voided, ended])
    await expect(endSession(core, here.actor, actor)).rejects.toMatchObject({ code: 'not_found' })
  await expect(endSession(core, here.actor, { sessionId: 999_999 })).rejects.toMatchObject({ code: 'not_found' })
  for (const { token } of [foreign, twin]) expect(await authenticate(core, token)).not.toBeNull()
})
