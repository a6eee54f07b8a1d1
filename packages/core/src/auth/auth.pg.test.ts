import type { Hint } from '@deskbell/bus/bus'
import { loginInputSchema } from '@deskbell/contract/users'
import { signIn, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Core } from '../context.ts'
import { getMe } from '../users/get-me.ts'
import { authenticate } from './authenticate.ts'
import { endedSessions } from './ended-sessions.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'

const day = 24 * 60 * 60 * 1000
let now = new Date('2030-01-01T00:00:00.000Z')
let fresh: FreshCore
let core: Core
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 20, clock: { now: () => now } })
  core = fresh.core
})
afterAll(() => fresh.drop())

describe('login', () => {
  test('[AUTH-1] creates one user per email and role, and updates the name', async () => {
    const email = `${uniqueId('ann')}@example.test`
    const first = await login(core, { email, name: 'Ann', role: 'client' })
    const second = await login(core, { email, name: 'Ann Lee', role: 'client' })
    const operator = await login(core, { email, name: 'Ann', role: 'operator' })
    expect(first.user).toMatchObject({ email, name: 'Ann', role: 'client' })
    expect(second.user).toEqual({ ...first.user, name: 'Ann Lee' })
    expect(operator.user.id).not.toBe(first.user.id)
    expect(second.token).not.toBe(first.token)
    expect(first.expiresAt).toBe(new Date(now.getTime() + 30 * day).toISOString())
  })

  test('[AUTH-2] twenty concurrent first sign-ins create one user', async () => {
    const input = { email: `${uniqueId('new')}@example.test`, name: 'New', role: 'client' } as const
    const answers = await Promise.all(Array.from({ length: 20 }, () => login(core, input)))
    expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1)
    const rows = await fresh.db.pool.query('select from users where email = $1', [input.email])
    expect(rows.rowCount).toBe(1)
  })

  test('[AUTH-3] the schema trims the email and name and lower-cases the email before they are stored', async () => {
    const input = loginInputSchema.parse({
      email: `  ${uniqueId('MiXed')}@Example.TEST `,
      name: '  Max  ',
      role: 'client',
    })
    const { user } = await login(core, input)
    expect(user).toMatchObject({ email: input.email, name: 'Max' })
    expect(input.email).toBe(input.email.trim().toLowerCase())
  })

  test('[AUTH-4] no session row contains the token itself', async () => {
    const { token } = await signIn(core, 'client')
    expect(token).toMatch(/^dbs_[A-Za-z0-9_-]{43}$/)
    const rows = await fresh.db.pool.query<{ row: string }>('select row_to_json(sessions)::text as row from sessions')
    expect(rows.rows.some(({ row }) => row.includes(token) || row.includes(token.slice(4)))).toBe(false)
  })

  test('[AUTH-6] expired sessions of the user are removed at the next sign-in', async () => {
    const email = `${uniqueId('old')}@example.test`
    const old = await signIn(core, 'client', { email })
    now = new Date(now.getTime() + 31 * day)
    await login(core, { email, name: 'Old', role: 'client' })
    const rows = await fresh.db.pool.query('select from sessions where user_id = $1', [old.user.id])
    expect(rows.rowCount).toBe(1)
  })
})

describe('authenticate', () => {
  test('[AUTH-4] a token identifies its user until it expires, and a wrong token identifies none', async () => {
    const { token, user, actor } = await signIn(core, 'operator', { name: 'Olga' })
    expect(actor).toMatchObject({ userId: user.id, role: 'operator', name: 'Olga' })
    for (const wrong of ['', 'dbs_', `${token}x`, token.toLowerCase(), `dbs_${'A'.repeat(43)}`]) {
      expect(await authenticate(core, wrong)).toBeNull()
    }
    const before = now
    now = new Date(before.getTime() + 30 * day - 1)
    expect(await authenticate(core, token)).not.toBeNull()
    now = new Date(before.getTime() + 30 * day)
    expect(await authenticate(core, token)).toBeNull()
  })

  test('[AUTH-11] in secure mode sessions from open mode are void, and login is forbidden', async () => {
    const { token, actor } = await signIn(core, 'client')
    const secure: Core = { ...core, authMode: 'secure' }
    expect(await authenticate(secure, token)).toBeNull()
    expect(await endedSessions(secure, [actor.sessionId])).toEqual([actor.sessionId])
    const email = login(secure, { email: 'a@example.test', name: 'A', role: 'operator' })
    await expect(email).rejects.toMatchObject({ code: 'forbidden', detail: expect.stringContaining('accounts') })
  })

  test('[AUTH-11] in open mode sessions from secure mode are void', async () => {
    const { token, actor } = await signIn(core, 'operator')
    await core.db.pool.query(`update sessions set auth_mode = 'secure' where id = $1`, [actor.sessionId])
    expect(await authenticate(core, token)).toBeNull()
    expect(await endedSessions(core, [actor.sessionId])).toEqual([actor.sessionId])
  })
})

describe('logout', () => {
  test('[AUTH-5] [AUTH-6] ends only this session, publishes a hint, and endedSessions returns it', async () => {
    const email = `${uniqueId('two')}@example.test`
    const first = await signIn(core, 'client', { email })
    const second = await signIn(core, 'client', { email })
    const hints: Hint[] = []
    core.bus.subscribe((hint) => hints.push(hint))
    await logout(core, first.actor)
    expect(hints).toEqual([{ t: 'session', sessionId: first.actor.sessionId }])
    expect(await authenticate(core, first.token)).toBeNull()
    expect(await authenticate(core, second.token)).not.toBeNull()
    const ids = [first.actor.sessionId, second.actor.sessionId]
    expect(await endedSessions(core, ids)).toEqual([first.actor.sessionId])
    expect(await endedSessions(core, [])).toEqual([])
    now = new Date(now.getTime() + 31 * day)
    expect(await endedSessions(core, ids)).toEqual(ids)
  })
})

test('[AUTH-21] endedSessions works for more sessions than a statement may have parameters', async () => {
  const { actor } = await signIn(core, 'client')
  const ended = Array.from({ length: 70_000 }, (_, place) => 1_000_000_000 + place)
  expect(await endedSessions(core, [...ended, actor.sessionId])).toEqual(ended)
})

describe('getMe', () => {
  test('[AUTH-1] returns the own user', async () => {
    const { user, actor } = await signIn(core, 'operator')
    expect(await getMe(core, actor)).toEqual({ user })
  })

  test('[AUTH-4] an actor whose user was removed is unauthenticated', async () => {
    const { actor } = await signIn(core, 'client')
    await fresh.db.pool.query('delete from sessions where user_id = $1', [actor.userId])
    await fresh.db.pool.query('delete from users where id = $1', [actor.userId])
    await expect(getMe(core, actor)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})
