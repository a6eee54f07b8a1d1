import type { Actor } from '@deskbell/contract/actor'
import { operatorIdleMs, sessionDays, sessionUseMs } from '@deskbell/contract/limits'
import { setUpAdmin } from '@deskbell/testkit/accounts'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Core } from '../context.ts'
import { createKey } from '../operators/keys/manage-keys.ts'
import { authenticate } from './authenticate.ts'
import { endedSessions, noteConnected } from './ended-sessions.ts'
import { signInGuest } from './sign-in-guest.ts'

const dayMs = 24 * 60 * 60_000
const begun = new Date('2030-01-01T00:00:00.000Z')
let now: Date
let fresh: FreshCore
let core: Core
let token: string
let actor: Actor
beforeEach(async () => {
  now = begun
  fresh = await freshCore({ authMode: 'secure', clock: { now: () => now } })
  core = fresh.core
  const admin = await setUpAdmin(core)
  token = admin.token
  actor = admin.actor
  expect(admin.expiresAt).toBe(new Date(begun.getTime() + sessionDays * dayMs).toISOString())
})
afterEach(() => fresh.drop())

const at = (ms: number) => {
  now = new Date(begun.getTime() + ms)
}

/** A use is noted after the answer. */
async function useAt(ms: number): Promise<void> {
  at(ms)
  expect(await authenticate(core, token)).not.toBeNull()
  const noted = async () =>
    (await fresh.db.pool.query('select used_at from sessions where id = $1', [actor.sessionId])).rows
  await waitFor(async () => (await noted())[0]?.used_at?.getTime() === now.getTime(), { what: 'the noted use' })
}

test('[AUTH-36] the session of an operator ends when it was not used for three days', async () => {
  at(operatorIdleMs + sessionUseMs - 1)
  expect(await endedSessions(core, [actor.sessionId])).toEqual([])
  at(operatorIdleMs + sessionUseMs)
  expect(await endedSessions(core, [actor.sessionId])).toEqual([actor.sessionId])
  expect(await authenticate(core, token)).toBeNull()
})

test('[AUTH-36] used, it lives on, and ends after its life in any case', async () => {
  for (let day = 2; day < sessionDays; day += 2) await useAt(day * dayMs)
  at(sessionDays * dayMs - 1)
  expect(await authenticate(core, token)).not.toBeNull()
  at(sessionDays * dayMs)
  expect(await authenticate(core, token)).toBeNull()
})

test('[AUTH-36] who is connected uses it', async () => {
  for (let day = 2; day <= 10; day += 2) {
    at(day * dayMs)
    await noteConnected(core, [actor.sessionId])
  }
  at(12 * dayMs)
  expect(await authenticate(core, token)).not.toBeNull()
  at(sessionDays * dayMs)
  await noteConnected(core, [actor.sessionId])
  expect(await authenticate(core, token)).toBeNull()
})

test('[AUTH-36] clients and keys have no such end', async () => {
  const guest = await signInGuest(core, {}, '203.0.113.7')
  const { secret } = await createKey(core, actor, { name: 'Shop', scopes: ['read'], address: '203.0.113.7' })
  at(sessionDays * dayMs - 1)
  for (const each of [guest.token, secret]) expect(await authenticate(core, each)).not.toBeNull()
  at(sessionDays * dayMs)
  expect(await authenticate(core, guest.token)).toBeNull()
  at(400 * dayMs)
  expect(await authenticate(core, secret)).not.toBeNull()
})
