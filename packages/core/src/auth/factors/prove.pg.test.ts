import { accountTriesMax, proofMs } from '@deskbell/contract/limits'
import {
  actorOf,
  accountAddress as address,
  type Member,
  newMember,
  accountPassword as password,
  setUpAdmin,
  signInByPassword,
} from '@deskbell/testkit/accounts'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import { SoftAuthenticator } from '@deskbell/testkit/soft-authenticator'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import type { Core } from '../../context.ts'
import { removeFactors } from '../../operators/remove-factors.ts'
import { listAudit } from '../accounts/audit.ts'
import { changePassword } from '../accounts/change-password.ts'
import { signIn } from '../accounts/sign-in.ts'
import { authenticate } from '../authenticate.ts'
import { endSession } from '../end-session.ts'
import { addPasskey, beginPasskey, passkeyOptions, removePasskey, renamePasskey } from './passkeys.ts'
import { listFactors, prove } from './prove.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { passkeySignIn, secondFactor } from './second-factor.ts'
import { beginTotp, confirmTotp, removeTotp } from './totp.ts'

const site = { origin: 'https://chat.example.test', rpId: 'chat.example.test' }
const caller = { address, site }
let now: Date
let fresh: FreshCore
let core: Core
let admin: Member
let ada: Member
beforeEach(async () => {
  now = new Date('2030-01-01T00:00:00.000Z')
  fresh = await freshCore({ authMode: 'secure', clock: { now: () => now } })
  core = fresh.core
  admin = await setUpAdmin(core)
  ada = await newMember(core, admin)
})
afterEach(() => fresh.drop())

const later = (ms: number) => {
  now = new Date(now.getTime() + ms)
}
const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )

async function addAll(): Promise<{ secret: string; recoveryCodes: string[]; device: SoftAuthenticator }> {
  const device = new SoftAuthenticator(site.origin)
  const { options } = await beginPasskey(core, ada.actor, caller)
  await addPasskey(core, ada.actor, { name: 'Laptop', credential: device.create(options), ...caller })
  const { secret } = await beginTotp(core, ada.actor, { address })
  const { recoveryCodes } = await confirmTotp(core, ada.actor, { code: oneTimeCode(secret, now), address })
  return { secret, recoveryCodes, device }
}

describe('a dangerous act', () => {
  test('[FACTOR-10] needs a proof of the last 15 minutes, which a sign-in is', async () => {
    const { device } = await addAll()
    later(proofMs - 1)
    expect(await code(newRecoveryCodes(core, ada.actor, { address }))).toBe('ok')
    expect(await listFactors(core, ada.actor)).toMatchObject({ provedUntil: new Date(now.getTime() + 1).toISOString() })
    later(1)
    expect(await listFactors(core, ada.actor)).toMatchObject({ provedUntil: null })
    const { options } = await beginPasskey(core, await actorOf(core, await again(device)), caller)
    const credential = new SoftAuthenticator(site.origin).create(options)
    const acts = [
      beginTotp(core, ada.actor, { address }),
      confirmTotp(core, ada.actor, { code: '000000', address }),
      removeTotp(core, ada.actor, { address }),
      newRecoveryCodes(core, ada.actor, { address }),
      beginPasskey(core, ada.actor, caller),
      addPasskey(core, ada.actor, { name: 'Laptop', credential, ...caller }),
      removePasskey(core, ada.actor, { passkeyId: device.id, address }),
      removeFactors(core, admin.actor, { operatorId: ada.user.id, address }),
    ]
    expect(await Promise.all(acts.map(code))).toEqual(acts.map(() => 'proof_required'))
    expect(await listFactors(core, ada.actor)).toMatchObject({ passkeys: [{ name: 'Laptop' }], totp: true })
    expect(await code(renamePasskey(core, ada.actor, { passkeyId: device.id, name: 'Phone', address }))).toBe('ok')
  })

  const again = async (device: SoftAuthenticator) => {
    const { options } = await passkeyOptions(core, undefined, site)
    return await passkeySignIn(core, { assertion: device.get(options) }, caller)
  }

  test('[FACTOR-10] in a session that has ended is unauthenticated', async () => {
    await endSession(core, ada.actor, { sessionId: ada.actor.sessionId })
    const acts = [
      beginTotp(core, ada.actor, { address }),
      renamePasskey(core, ada.actor, { passkeyId: 'x', name: 'Phone', address }),
      prove(core, ada.actor, { method: 'password', code: password, ...caller }),
    ]
    expect(await Promise.all(acts.map(code))).toEqual(acts.map(() => 'unauthenticated'))
  })

  test('[FACTOR-10] a proof counts in its session alone', async () => {
    later(proofMs)
    const other = await actorOf(core, await signInByPassword(core, { email: ada.email, password }))
    expect(await code(beginTotp(core, ada.actor, { address }))).toBe('proof_required')
    expect(await code(beginTotp(core, other, { address }))).toBe('ok')
  })
})

describe('a proof', () => {
  test('[FACTOR-10] is by password, one-time code, recovery code or passkey, and lasts 15 minutes', async () => {
    const { secret, recoveryCodes, device } = await addAll()
    const byMethod = {
      password: async () => password,
      totp: async () => oneTimeCode(secret, now),
      recovery: async () => recoveryCodes[0] ?? '',
      passkey: async () => device.get((await passkeyOptions(core, undefined, site)).options),
    }
    for (const [method, codeOf] of Object.entries(byMethod)) {
      later(proofMs)
      expect(await code(beginTotp(core, ada.actor, { address })), method).toBe('proof_required')
      const given = { method: method as keyof typeof byMethod, code: await codeOf(), ...caller }
      const { provedUntil } = await prove(core, ada.actor, given)
      expect(provedUntil).toBe(new Date(now.getTime() + proofMs).toISOString())
      expect(await listFactors(core, ada.actor)).toMatchObject({ provedUntil })
      expect(await code(newRecoveryCodes(core, ada.actor, { address })), method).toBe('ok')
      // The new ones are not needed.
      if (method === 'totp')
        recoveryCodes.splice(0, 10, ...(await newRecoveryCodes(core, ada.actor, { address })).recoveryCodes)
    }
  })

  test.each(['password', 'totp', 'recovery', 'passkey'] as const)(
    '[FACTOR-10] by a wrong %s is invalid_credentials, changes nothing, and counts as a sign-in',
    async (method) => {
      await addAll()
      later(proofMs)
      const wrong = { method, code: 'wrong', ...caller }
      for (let nth = 0; nth < accountTriesMax; nth += 1)
        expect(await code(prove(core, ada.actor, wrong))).toBe('invalid_credentials')
      expect(await code(newRecoveryCodes(core, ada.actor, { address }))).toBe('proof_required')
      expect(await code(prove(core, ada.actor, { method: 'password', code: password, ...caller }))).toBe('rate_limited')
      expect(await code(signIn(core, { email: ada.email, password }, address))).toBe('rate_limited')
      expect(await code(signIn(core, { email: ada.email, password }, '198.51.100.1'))).toBe('ok')
    },
  )

  test('[FACTOR-10] a right one begins a new window of tries', async () => {
    for (let nth = 0; nth < 2 * accountTriesMax; nth += 1)
      expect(await code(prove(core, ada.actor, { method: 'password', code: password, ...caller }))).toBe('ok')
  })

  test('[FACTOR-10] by a password that another session has replaced meanwhile is invalid_credentials', async () => {
    const client = await fresh.db.pool.connect()
    try {
      await client.query('begin')
      await client.query('select 1 from users where id = $1 for update', [ada.user.id])
      const proving = code(prove(core, ada.actor, { method: 'password', code: password, ...caller }))
      const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      await expect.poll(async () => (await fresh.db.pool.query(waits)).rowCount).toBe(1)
      await client.query(`update accounts set password_hash = 'another' where user_id = $1`, [ada.user.id])
      await client.query('commit')
      expect(await proving).toBe('invalid_credentials')
    } finally {
      client.release()
    }
  })
})

describe('an admin', () => {
  test('[FACTOR-11] removes all factors of an operator who has lost them, whose sessions end', async () => {
    const { secret, recoveryCodes, device } = await addAll()
    const signing = await signIn(core, { email: ada.email, password }, address)
    const challenge = 'challenge' in signing ? signing.challenge : ''
    const ended: unknown[] = []
    core.bus.subscribe((hint) => ended.push(hint))
    const { operator } = await removeFactors(core, admin.actor, { operatorId: ada.user.id, address })
    expect(operator).toMatchObject({ id: ada.user.id, email: ada.email })
    expect(ended).toEqual([{ t: 'session', sessionId: ada.actor.sessionId }])
    expect(await authenticate(core, ada.token)).toBeNull()
    later(30_000)
    const { options } = await passkeyOptions(core, undefined, site)
    const tries = [
      secondFactor(core, { challenge, method: 'totp', code: oneTimeCode(secret, now) }, caller),
      secondFactor(core, { challenge, method: 'recovery', code: recoveryCodes[0] ?? '' }, caller),
      secondFactor(core, { challenge, method: 'passkey', code: device.get({ challenge, rpId: site.rpId }) }, caller),
      passkeySignIn(core, { assertion: device.get(options) }, caller),
    ]
    expect(await Promise.all(tries.map(code))).toEqual(tries.map(() => 'invalid_credentials'))
    const { rows } = await fresh.db.pool.query(
      'select 1 from passkeys union all select 1 from totp_secrets union all select 1 from recovery_codes',
    )
    expect(rows).toEqual([])
    const session = await signInByPassword(core, { email: ada.email, password })
    // Without factors there is nothing to remove, and no session ends.
    await removeFactors(core, admin.actor, { operatorId: ada.user.id, address })
    expect(await authenticate(core, session.token)).not.toBeNull()
  })

  test('[FACTOR-11] alone does it, and only for operators', async () => {
    const bob = await newMember(core, admin, { name: 'Bob' })
    expect(await code(removeFactors(core, bob.actor, { operatorId: ada.user.id, address }))).toBe('forbidden')
    const posing = { ...bob.actor, access: 'admin' as const }
    expect(await code(removeFactors(core, posing, { operatorId: ada.user.id, address }))).toBe('forbidden')
    const nobody = 999_999 as typeof ada.user.id
    expect(await code(removeFactors(core, admin.actor, { operatorId: nobody, address }))).toBe('not_found')
  })
})

test('[FACTOR-12] every act is in the audit log, without a secret', async () => {
  const { secret, recoveryCodes, device } = await addAll()
  const more = await newRecoveryCodes(core, ada.actor, { address })
  await renamePasskey(core, ada.actor, { passkeyId: device.id, name: 'Phone', address })
  await removePasskey(core, ada.actor, { passkeyId: device.id, address })
  await removeTotp(core, ada.actor, { address })
  await addAll()
  await removeFactors(core, admin.actor, { operatorId: ada.user.id, address })
  const { items } = await listAudit(core, admin.actor, { limit: 11 })
  expect(items.map(({ actor, action, target }) => [actor?.name, action, target])).toEqual([
    ['Grace', 'operators.removeFactors', 'Ada'],
    ['Ada', 'auth.confirmTotp', 'Ada'],
    ['Ada', 'auth.beginTotp', 'Ada'],
    ['Ada', 'auth.addPasskey', 'Laptop'],
    ['Ada', 'auth.removeTotp', 'Ada'],
    ['Ada', 'auth.removePasskey', 'Phone'],
    ['Ada', 'auth.renamePasskey', 'Phone'],
    ['Ada', 'auth.newRecoveryCodes', 'Ada'],
    ['Ada', 'auth.confirmTotp', 'Ada'],
    ['Ada', 'auth.beginTotp', 'Ada'],
    ['Ada', 'auth.addPasskey', 'Laptop'],
  ])
  const all = JSON.stringify(items)
  for (const each of [secret, ...recoveryCodes, ...more.recoveryCodes, password]) expect(all).not.toContain(each)
})

test('[ACC-7] in open mode every call of factors is forbidden', async () => {
  const open = { ...core, authMode: 'open' as const }
  const calls = [
    () => secondFactor(open, { challenge: 'x', method: 'totp', code: '1' }, caller),
    () => passkeyOptions(open, undefined, site),
    () => passkeySignIn(open, { assertion: '{}' }, caller),
    () => prove(open, ada.actor, { method: 'password', code: password, ...caller }),
    () => listFactors(open, ada.actor),
    () => beginPasskey(open, ada.actor, caller),
    () => addPasskey(open, ada.actor, { name: 'Laptop', credential: '{}', ...caller }),
    () => renamePasskey(open, ada.actor, { passkeyId: 'x', name: 'Phone', address }),
    async () => removePasskey(open, ada.actor, { passkeyId: 'x', address }),
    async () => beginTotp(open, ada.actor, { address }),
    async () => confirmTotp(open, ada.actor, { code: '1', address }),
    async () => removeTotp(open, ada.actor, { address }),
    async () => newRecoveryCodes(open, ada.actor, { address }),
    () => removeFactors(open, admin.actor, { operatorId: ada.user.id, address }),
    () => changePassword(open, ada.actor, { current: password, password, address }),
  ]
  expect(await Promise.all(calls.map((call) => code(call())))).toEqual(calls.map(() => 'forbidden'))
})
