import type { Hint } from '@deskbell/bus/bus'
import type { AcceptInput, SetUpInput } from '@deskbell/contract/access/accounts'
import type { Actor } from '@deskbell/contract/actor'
import { accountTriesMax, invitationMs, setupLinkMs, triesWindowMs } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { signInByPassword } from '@deskbell/testkit/accounts'
import { signIn as signInOpenly, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import type { Core } from '../../context.ts'
import { authenticate } from '../authenticate.ts'
import { login } from '../login.ts'
import { listAudit } from './audit.ts'
import { changePassword } from './change-password.ts'
import { accept as acceptFrom, invite } from './invitations.ts'
import { createSetupLink, setUp as setUpFrom } from './set-up.ts'
import { signIn } from './sign-in.ts'

const password = 'violet otter kayak 71'
const here = '203.0.113.7'
let now: Date
let fresh: FreshCore
let core: Core
beforeEach(async () => {
  now = new Date('2030-01-01T00:00:00.000Z')
  fresh = await freshCore({ authMode: 'secure', clock: { now: () => now } })
  core = fresh.core
})
afterEach(() => fresh.drop())

const later = (ms: number) => {
  now = new Date(now.getTime() + ms)
}
const email = () => `${uniqueId('operator')}@example.test`

async function actorOf({ token }: LoginOutput): Promise<Actor> {
  const actor = await authenticate(core, token)
  if (actor === null) throw new Error('A fresh session was not accepted.')
  return actor
}

async function setUpAdmin(): Promise<LoginOutput & { actor: Actor; email: string }> {
  const token = (await createSetupLink(core)) ?? ''
  const admin = { email: email(), name: 'Grace' }
  const output = await setUp(core, { token, password, ...admin })
  return { ...output, actor: await actorOf(output), email: admin.email }
}

async function inviteTo(admin: Actor, access: 'admin' | 'operator', address = email()) {
  const { link, invitation } = await invite(core, admin, {
    input: { email: address, access },
    linkTo: (token) => token,
    address: here,
  })
  return { token: link, invitation, email: address }
}

const setUp = (at: Core, input: SetUpInput) => setUpFrom(at, input, { address: here })
const accept = (at: Core, input: AcceptInput) => acceptFrom(at, input, { address: here })
const errorOf = (call: Promise<unknown>) => call.then(() => null, toAppError)
const code = async (call: Promise<unknown>) => (await errorOf(call))?.code ?? 'ok'

describe('the setup link', () => {
  test('[ACC-1] [ACC-2] makes one admin, who is signed in, and then there is no link any more', async () => {
    const [first, second] = [await createSetupLink(core), await createSetupLink(core)]
    expect(first).toMatch(/^dbl_[\w-]{43}$/)
    expect(second).not.toBe(first)
    const input = { email: email(), name: 'Grace', password }
    const { user, token } = await setUp(core, { ...input, token: first ?? '' })
    expect(user).toMatchObject({ email: input.email, name: 'Grace', role: 'operator', access: 'admin' })
    expect(await authenticate(core, token)).toMatchObject({ userId: user.id, access: 'admin' })
    expect(await createSetupLink(core)).toBeNull()
    for (const used of [first, second])
      expect(await code(setUp(core, { ...input, token: used ?? '' }))).toBe('not_found')
  })

  test('[ACC-2] N42: of ten at the same moment one wins', async () => {
    const tokens = [await createSetupLink(core), await createSetupLink(core)]
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, nth) =>
        code(setUp(core, { token: tokens[nth % 2] ?? '', email: email(), name: `Admin ${nth}`, password })),
      ),
    )
    expect(codes.filter((each) => each === 'ok')).toHaveLength(1)
    expect(codes.filter((each) => each === 'not_found')).toHaveLength(9)
    const { rows } = await fresh.db.pool.query('select 1 from accounts')
    expect(rows).toHaveLength(1)
  })

  test('[ACC-2] a wrong, an empty and an expired token are not_found', async () => {
    const token = (await createSetupLink(core)) ?? ''
    const input = { email: email(), name: 'Grace', password }
    for (const wrong of ['', 'x', token.slice(0, -1), `${token}x`, token.toUpperCase()])
      expect(await code(setUp(core, { ...input, token: wrong }))).toBe('not_found')
    later(setupLinkMs)
    expect(await code(setUp(core, { ...input, token }))).toBe('not_found')
  })

  test('[ACC-1] N34: is stored as a hash only', async () => {
    const token = (await createSetupLink(core)) ?? ''
    const { rows } = await fresh.db.pool.query('select * from links')
    expect(JSON.stringify(rows)).not.toContain(token.slice(4))
  })

  test('[ACC-2] an operator of open mode gets the account of its address', async () => {
    const open = { ...core, authMode: 'open' as const }
    const known = await signInOpenly(open, 'operator')
    const token = (await createSetupLink(core)) ?? ''
    const { user } = await setUp(core, { token, email: known.user.email ?? '', name: 'Grace', password })
    expect(user.id).toBe(known.user.id)
    expect(await authenticate(core, known.token)).toBeNull()
  })
})

test.each(['password12', 'qwertyuiop1', 'Grace Grace', 'aaaaaaaaaaaa', 'deskbell123', '1234567890'])(
  '[ACC-3] the password %s is refused as easy to guess',
  async (weak) => {
    const token = (await createSetupLink(core)) ?? ''
    const error = await errorOf(setUp(core, { token, email: email(), name: 'Grace', password: weak }))
    expect(error).toMatchObject({ code: 'invalid_input', issues: [{ path: 'password' }] })
    expect(await createSetupLink(core)).not.toBeNull()
  },
)

test('[ACC-3] a password that is easy to guess accepts no invitation, and the link works afterwards', async () => {
  const { token } = await inviteTo((await setUpAdmin()).actor, 'operator')
  expect(await code(accept(core, { token, name: 'Ada', password: 'password12' }))).toBe('invalid_input')
  expect(await code(accept(core, { token, name: 'Ada', password }))).toBe('ok')
})

describe('signing in', () => {
  test('[ACC-4] [ACC-5] works with the right password, and the stored one is Argon2id of the agreed cost', async () => {
    const admin = await setUpAdmin()
    const { user, token } = await signInByPassword(core, { email: admin.email, password }, here)
    expect(user).toEqual(admin.user)
    expect(token).not.toBe(admin.token)
    const { rows } = await fresh.db.pool.query('select password_hash from accounts')
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  })

  test('[ACC-5] an unknown address, a wrong password and a disabled account are refused with the same words', async () => {
    const admin = await setUpAdmin()
    const wrong = await errorOf(signIn(core, { email: admin.email, password: `${password}x` }, here))
    const unknown = await errorOf(signIn(core, { email: email(), password }, here))
    await fresh.db.pool.query('update accounts set disabled_at = now()')
    const disabled = await errorOf(signIn(core, { email: admin.email, password }, here))
    const shown = [wrong, unknown, disabled].map((error) => [error?.code, error?.detail, error?.issues])
    expect(shown[0]?.[0]).toBe('invalid_credentials')
    expect(shown).toEqual([shown[0], shown[0], shown[0]])
  })

  test('[ACC-6] after ten tries an account is closed for an address, and open for others', async () => {
    const admin = await setUpAdmin()
    const tries = await Promise.all(
      Array.from({ length: 40 }, () => code(signIn(core, { email: admin.email, password: 'wrong' }, here))),
    )
    expect(tries.filter((each) => each === 'invalid_credentials')).toHaveLength(accountTriesMax)
    expect(tries.filter((each) => each === 'rate_limited')).toHaveLength(40 - accountTriesMax)
    const late = await errorOf(signIn(core, { email: admin.email, password }, here))
    expect(late).toMatchObject({ code: 'rate_limited', retryAfterMs: triesWindowMs })
    expect(await code(signIn(core, { email: admin.email, password }, '198.51.100.1'))).toBe('ok')
    expect(await code(signIn(core, { email: email(), password }, here))).toBe('invalid_credentials')
    later(triesWindowMs)
    expect(await code(signIn(core, { email: admin.email, password }, here))).toBe('ok')
  })

  test('[ACC-6] a right password begins a new window', async () => {
    const admin = await setUpAdmin()
    for (let round = 0; round < 3; round += 1) {
      for (let nth = 1; nth < accountTriesMax; nth += 1)
        expect(await code(signIn(core, { email: admin.email, password: 'wrong' }, here))).toBe('invalid_credentials')
      expect(await code(signIn(core, { email: admin.email, password }, here))).toBe('ok')
    }
  })

  test('[ACC-7] in open mode every call of accounts is forbidden', async () => {
    const admin = await setUpAdmin()
    const { token } = await inviteTo(admin.actor, 'operator')
    const open = { ...core, authMode: 'open' as const }
    const calls = [
      setUp(open, { token, email: email(), name: 'Eve', password }),
      signIn(open, { email: admin.email, password }, here),
      accept(open, { token, name: 'Eve', password }),
      invite(open, admin.actor, { input: { email: email(), access: 'admin' }, linkTo: (each) => each, address: here }),
      changePassword(open, admin.actor, { current: password, password: `${password}2`, address: here }),
    ]
    expect(await Promise.all(calls.map(code))).toEqual(calls.map(() => 'forbidden'))
    expect(await createSetupLink(open)).toBeNull()
    expect(await code(login(core, { email: admin.email, name: 'Grace', role: 'operator' }))).toBe('forbidden')
  })
})

describe('an invitation', () => {
  test('[ACC-8] makes an operator of the address and the access that it names, once', async () => {
    const admin = await setUpAdmin()
    const { token, invitation, email: invited } = await inviteTo(admin.actor, 'operator')
    expect(invitation).toMatchObject({ email: invited, access: 'operator' })
    const { user } = await accept(core, { token, name: 'Ada', password })
    expect(user).toMatchObject({ email: invited, name: 'Ada', role: 'operator', access: 'operator' })
    expect(await code(accept(core, { token, name: 'Eve', password }))).toBe('not_found')
    expect(await code(signIn(core, { email: invited, password }, here))).toBe('ok')
  })

  test('[ACC-8] of ten who accept at the same moment one does', async () => {
    const admin = await setUpAdmin()
    const { token } = await inviteTo(admin.actor, 'operator')
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, nth) => code(accept(core, { token, name: `Ada ${nth}`, password }))),
    )
    expect(codes.filter((each) => each === 'ok')).toHaveLength(1)
  })

  test('[ACC-8] ends after seven days, by a newer one of its address, and is no setup link', async () => {
    const admin = await setUpAdmin()
    const old = await inviteTo(admin.actor, 'operator')
    const { token } = await inviteTo(admin.actor, 'admin', old.email)
    expect(await code(accept(core, { token: old.token, name: 'Ada', password }))).toBe('not_found')
    expect(await code(setUp(core, { token, email: email(), name: 'Eve', password }))).toBe('not_found')
    later(invitationMs)
    expect(await code(accept(core, { token, name: 'Ada', password }))).toBe('not_found')
  })

  test('[ACC-8] is for admins, and not for who has an account', async () => {
    const admin = await setUpAdmin()
    const { token, email: invited } = await inviteTo(admin.actor, 'operator')
    const operator = await actorOf(await accept(core, { token, name: 'Ada', password }))
    expect(await code(inviteTo(operator, 'operator'))).toBe('forbidden')
    expect(await code(inviteTo({ ...operator, access: 'admin' }, 'operator'))).toBe('forbidden')
    expect(await code(inviteTo(admin.actor, 'operator', invited))).toBe('invalid_input')
  })
})

describe('changing the password', () => {
  test('[ACC-9] N32: replaces it and ends all other sessions', async () => {
    const admin = await setUpAdmin()
    const other = await signInByPassword(core, { email: admin.email, password }, here)
    const { sessionId } = await actorOf(other)
    const hints: Hint[] = []
    core.bus.subscribe((hint) => hints.push(hint))
    const next = 'copper lantern 48 swims'
    await changePassword(core, admin.actor, { current: password, password: next, address: here })
    expect(hints).toEqual([{ t: 'session', sessionId }])
    expect(await authenticate(core, other.token)).toBeNull()
    expect(await authenticate(core, admin.token)).not.toBeNull()
    expect(await code(signIn(core, { email: admin.email, password }, here))).toBe('invalid_credentials')
    expect(await code(signIn(core, { email: admin.email, password: next }, here))).toBe('ok')
  })

  test('[ACC-9] needs the current one, and counts as a sign-in', async () => {
    const admin = await setUpAdmin()
    const change = (current: string, next = 'copper lantern 48 swims') =>
      code(changePassword(core, admin.actor, { current, password: next, address: here }))
    expect(await change(password, '1234567890')).toBe('invalid_input')
    for (let nth = 1; nth < accountTriesMax; nth += 1) expect(await change('wrong')).toBe('invalid_credentials')
    expect(await change(password)).toBe('rate_limited')
    expect(await code(signIn(core, { email: admin.email, password }, '198.51.100.1'))).toBe('ok')
  })
})

test('[ACC-15] every act is in the audit log, in the transaction of the act, without a secret', async () => {
  const admin = await setUpAdmin()
  const { token, email: invited } = await inviteTo(admin.actor, 'operator')
  const ada = await accept(core, { token, name: 'Ada', password })
  const next = 'copper lantern 48 swims'
  await changePassword(core, await actorOf(ada), { current: password, password: next, address: here })
  await code(inviteTo(admin.actor, 'operator', invited))
  const { items, nextCursor } = await listAudit(core, admin.actor, { limit: 3 })
  expect(items.map(({ actor, action, target }) => [actor?.name, action, target])).toEqual([
    ['Ada', 'auth.changePassword', 'Ada'],
    ['Ada', 'auth.accept', invited],
    ['Grace', 'operators.invite', invited],
  ])
  expect(items.every(({ address, at }) => address === here && at === now.toISOString())).toBe(true)
  const rest = await listAudit(core, admin.actor, { limit: 3, cursor: nextCursor ?? '' })
  expect(rest).toMatchObject({ items: [{ action: 'auth.setUp', target: admin.email }], nextCursor: null })
  const all = JSON.stringify([items, rest])
  for (const secret of [password, next, token, admin.token]) expect(all).not.toContain(secret)
  expect(
    await code(
      listAudit(core, await actorOf(await signInByPassword(core, { email: invited, password: next }, here)), {
        limit: 1,
      }),
    ),
  ).toBe('forbidden')
})
