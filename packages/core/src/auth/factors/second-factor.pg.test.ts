import { accountTriesMax, challengeMs, codeTriesMax, triesWindowMs } from '@deskbell/contract/limits'
import { pruneSignIns } from '@deskbell/db/queries/users/accounts'
import {
  actorOf,
  accountAddress as address,
  type Member,
  newMember,
  accountPassword as password,
  setUpAdmin,
} from '@deskbell/testkit/accounts'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import type { Core } from '../../context.ts'
import { disableOperator } from '../../operators/manage-operators.ts'
import { listAudit } from '../accounts/audit.ts'
import { changePassword } from '../accounts/change-password.ts'
import { signIn } from '../accounts/sign-in.ts'
import { authenticate } from '../authenticate.ts'
import { secondFactor } from './second-factor.ts'
import { beginTotp, confirmTotp, removeTotp } from './totp.ts'

const site = { origin: 'https://chat.example.test', rpId: 'chat.example.test' }
let now: Date
let fresh: FreshCore
let core: Core
let admin: Member
let ada: Member & { secret: string; recoveryCodes: string[] }
beforeEach(async () => {
  now = new Date('2030-01-01T00:00:00.000Z')
  fresh = await freshCore({ authMode: 'secure', clock: { now: () => now } })
  core = fresh.core
  admin = await setUpAdmin(core)
  const member = await newMember(core, admin)
  const { secret } = await beginTotp(core, member.actor, { address })
  const { recoveryCodes } = await confirmTotp(core, member.actor, { code: oneTimeCode(secret, now), address })
  ada = { ...member, secret, recoveryCodes }
  later(60_000)
})
afterEach(() => fresh.drop())

const later = (ms: number) => {
  now = new Date(now.getTime() + ms)
}
const errorOf = (call: Promise<unknown>) => call.then(() => null, toAppError)
const code = async (call: Promise<unknown>) => (await errorOf(call))?.code ?? 'ok'
const rightCode = () => oneTimeCode(ada.secret, now)

async function challengeOf(from = address): Promise<string> {
  const output = await signIn(core, { email: ada.email, password }, from)
  if (!('challenge' in output)) throw new Error('There was no challenge.')
  expect(Object.keys(output).sort()).toEqual(['challenge', 'methods'])
  return output.challenge
}

type Answered = { method?: 'passkey' | 'totp' | 'recovery'; from?: string }
const answer = (challenge: string, given: string, { method = 'totp', from = address }: Answered = {}) =>
  secondFactor(core, { challenge, method, code: given }, { address: from, site })

async function sessionsOfAda(): Promise<number> {
  const { rows } = await fresh.db.pool.query('select 1 from sessions where user_id = $1', [ada.user.id])
  return rows.length
}

test('[FACTOR-4] a right password alone gives a challenge and no session, and the code gives the session', async () => {
  const output = await signIn(core, { email: ada.email, password }, address)
  expect(output).toEqual({ challenge: expect.stringMatching(/^[\w-]{43}$/), methods: ['totp', 'recovery'] })
  expect(await sessionsOfAda()).toBe(1)
  const { challenge } = output as { challenge: string }
  const { user, token } = await answer(challenge, rightCode())
  expect(user).toEqual(ada.user)
  expect(await authenticate(core, token)).toMatchObject({ userId: ada.user.id, access: 'operator' })
  const { rows } = await fresh.db.pool.query('select * from challenges')
  expect(rows).toEqual([])
})

test('[FACTOR-4] a wrong password and a disabled account say nothing of factors', async () => {
  const shown = (error: Awaited<ReturnType<typeof errorOf>>) => [error?.code, error?.detail, error?.issues]
  const wrong = await errorOf(signIn(core, { email: ada.email, password: `${password}x` }, address))
  const unknown = await errorOf(signIn(core, { email: 'nobody@example.test', password }, address))
  await disableOperator(core, admin.actor, { operatorId: ada.user.id, address })
  const disabled = await errorOf(signIn(core, { email: ada.email, password }, address))
  expect(wrong?.code).toBe('invalid_credentials')
  expect([shown(unknown), shown(disabled)]).toEqual([shown(wrong), shown(wrong)])
})

test('[FACTOR-5] a challenge works once, is of 256 bits, and only its hash is stored', async () => {
  const challenge = await challengeOf()
  const { rows } = await fresh.db.pool.query('select * from challenges')
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(challenge)
  expect(await code(answer(challenge, rightCode()))).toBe('ok')
  later(60_000)
  expect(await code(answer(challenge, rightCode()))).toBe('invalid_credentials')
})

test('[FACTOR-5] of two calls at once with one challenge and two right codes one wins', async () => {
  const challenge = await challengeOf()
  const codes = await Promise.all(
    ada.recoveryCodes.slice(0, 4).map((each) => code(answer(challenge, each, { method: 'recovery' }))),
  )
  expect(codes.filter((each) => each === 'ok')).toHaveLength(1)
  expect(await sessionsOfAda()).toBe(2)
})

test('[FACTOR-5] an unknown, an altered and an expired challenge are invalid_credentials', async () => {
  const challenge = await challengeOf()
  for (const wrong of ['x', challenge.slice(1), `${challenge}x`, challenge.toLowerCase()])
    expect(await code(answer(wrong, rightCode()))).toBe('invalid_credentials')
  later(challengeMs)
  expect(await code(answer(challenge, rightCode()))).toBe('invalid_credentials')
})

test('[FACTOR-5] an expired challenge is removed, and no other', async () => {
  await challengeOf()
  later(challengeMs - 1)
  await pruneSignIns(core.db.orm, now)
  const stored = () => fresh.db.pool.query('select 1 from challenges')
  expect((await stored()).rowCount).toBe(1)
  later(1)
  await pruneSignIns(core.db.orm, now)
  expect((await stored()).rowCount).toBe(0)
})

test('[FACTOR-5] takes five wrong codes, however many come at once, and no right one after them', async () => {
  const challenge = await challengeOf()
  // From many addresses, so that no other limit ends it.
  const tries = Array.from({ length: 30 }, (_, nth) => code(answer(challenge, '000000', { from: `198.51.100.${nth}` })))
  expect(new Set(await Promise.all(tries))).toEqual(new Set(['invalid_credentials']))
  const { rows } = await fresh.db.pool.query('select tries from challenges')
  expect(rows).toEqual([{ tries: 5 }])
  expect(await code(answer(challenge, rightCode(), { from: '198.51.100.99' }))).toBe('invalid_credentials')
  expect(await code(answer(await challengeOf(), rightCode()))).toBe('ok')
})

test('[FACTOR-5] the fifth code may be the right one', async () => {
  const challenge = await challengeOf()
  for (let nth = 0; nth < 4; nth += 1) expect(await code(answer(challenge, '000000'))).toBe('invalid_credentials')
  expect(await code(answer(challenge, rightCode()))).toBe('ok')
})

test('[FACTOR-6] codes count as sign-ins of the account from its address, and a right password does not begin anew', async () => {
  // One sign-in and four codes, twice: ten tries.
  for (let round = 0; round < 2; round += 1) {
    const challenge = await challengeOf()
    for (let nth = 0; nth < 4; nth += 1) expect(await code(answer(challenge, '000000'))).toBe('invalid_credentials')
  }
  expect(await code(signIn(core, { email: ada.email, password }, address))).toBe('rate_limited')
  const elsewhere = await challengeOf('198.51.100.1')
  expect(await code(answer(elsewhere, rightCode()))).toBe('rate_limited')
  expect(await code(answer(elsewhere, rightCode(), { from: '198.51.100.1' }))).toBe('ok')
})

test('[FACTOR-6] a complete sign-in begins a new window', async () => {
  for (let round = 0; round < 3; round += 1) {
    const challenge = await challengeOf()
    for (let nth = 0; nth < 4; nth += 1) expect(await code(answer(challenge, '000000'))).toBe('invalid_credentials')
    expect(await code(answer(challenge, rightCode()))).toBe('ok')
    later(60_000)
  }
  expect(accountTriesMax).toBeLessThan(3 * 6)
})

test('[FACTOR-6] of one account twenty codes are compared in 15 minutes, from all addresses together', async () => {
  const outcomes: string[] = []
  for (let from = 0; from < 5; from += 1) {
    const there = { from: `198.51.100.${from}` }
    const challenge = await challengeOf(there.from)
    for (let nth = 0; nth < 5; nth += 1) outcomes.push(await code(answer(challenge, '000000', there)))
  }
  expect(outcomes.slice(0, codeTriesMax)).toEqual(Array.from({ length: codeTriesMax }, () => 'invalid_credentials'))
  expect(outcomes.slice(codeTriesMax)).toEqual(Array.from({ length: 5 }, () => 'rate_limited'))
  later(triesWindowMs)
  expect(await code(answer(await challengeOf(), rightCode()))).toBe('ok')
})

test('[FACTOR-7] is refused when the password has changed since', async () => {
  const challenge = await challengeOf()
  await changePassword(core, ada.actor, { current: password, password: 'copper lantern 48 swims', address })
  expect(await code(answer(challenge, rightCode()))).toBe('invalid_credentials')
  expect(await sessionsOfAda()).toBe(1)
})

test('[FACTOR-7] is refused when the account was disabled since', async () => {
  const challenge = await challengeOf()
  await disableOperator(core, admin.actor, { operatorId: ada.user.id, address })
  expect(await code(answer(challenge, rightCode()))).toBe('invalid_credentials')
  expect(await sessionsOfAda()).toBe(0)
})

test('[FACTOR-7] is refused when the factor was removed since, and the password alone is enough again', async () => {
  const challenge = await challengeOf()
  await fresh.db.pool.query('update sessions set proved_at = $1', [now])
  await removeTotp(core, ada.actor, { address })
  expect(await code(answer(challenge, rightCode()))).toBe('invalid_credentials')
  expect(await code(answer(challenge, ada.recoveryCodes[0] ?? '', { method: 'recovery' }))).toBe('invalid_credentials')
  expect(await signIn(core, { email: ada.email, password }, address)).toHaveProperty('token')
})

test('[FACTOR-7] a sign-in by password alone is refused when a factor was added while the password was compared', async () => {
  const bob = await newMember(core, admin)
  await beginTotp(core, bob.actor, { address })
  // The lock of its row holds the sign-in back after it has seen no factor.
  const client = await fresh.db.pool.connect()
  try {
    await client.query('begin')
    await client.query('select 1 from users where id = $1 for update', [bob.user.id])
    const signing = code(signIn(core, { email: bob.email, password }, address))
    await expect
      .poll(
        async () =>
          (
            await fresh.db.pool.query(
              `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
            )
          ).rowCount,
      )
      .toBe(1)
    await client.query('update totp_secrets set confirmed_at = now() where user_id = $1', [bob.user.id])
    await client.query('commit')
    expect(await signing).toBe('invalid_credentials')
  } finally {
    client.release()
  }
})

test('[FACTOR-12] a sign-in by recovery code is in the audit log, without the code', async () => {
  const [given = ''] = ada.recoveryCodes
  const session = await answer(await challengeOf(), given, { method: 'recovery' })
  expect(await actorOf(core, session)).toMatchObject({ userId: ada.user.id })
  const { items } = await listAudit(core, admin.actor, { limit: 3 })
  expect(items.map(({ actor, action, target }) => [actor?.name, action, target])).toEqual([
    ['Ada', 'auth.secondFactor', 'recovery code'],
    ['Ada', 'auth.confirmTotp', 'Ada'],
    ['Ada', 'auth.beginTotp', 'Ada'],
  ])
  const all = JSON.stringify(items)
  for (const secret of [given, ada.secret, ...ada.recoveryCodes]) expect(all).not.toContain(secret)
})
