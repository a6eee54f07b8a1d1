import { accountAddress as address, type Member, newMember, setUpAdmin } from '@deskbell/testkit/accounts'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import type { Core } from '../../context.ts'
import { listFactors, prove } from './prove.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { beginTotp, confirmTotp, removeTotp } from './totp.ts'

const site = { origin: 'https://chat.example.test', rpId: 'chat.example.test' }
const stepMs = 30_000
let now = new Date('2030-01-01T00:00:00.000Z')
let fresh: FreshCore
let core: Core
let admin: Member
beforeAll(async () => {
  fresh = await freshCore({ authMode: 'secure', clock: { now: () => now } })
  core = fresh.core
  admin = await setUpAdmin(core)
})
afterAll(() => fresh.drop())

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )
const later = (steps: number) => {
  now = new Date(now.getTime() + steps * stepMs)
}
const codeIn = (secret: string, steps = 0) => oneTimeCode(secret, new Date(now.getTime() + steps * stepMs))
const proveBy = ({ actor }: Member, method: 'totp' | 'recovery', given: string) =>
  code(prove(core, actor, { method, code: given, address, site }))

/** An operator with an authenticator app, two steps after its first code. */
async function memberWithApp(): Promise<Member & { secret: string; recoveryCodes: string[] }> {
  const ada = await newMember(core, admin)
  const { secret } = await beginTotp(core, ada.actor, { address })
  const { recoveryCodes } = await confirmTotp(core, ada.actor, { code: codeIn(secret), address })
  later(2)
  return { ...ada, secret, recoveryCodes }
}

describe('an authenticator app', () => {
  test('[FACTOR-1] counts from its first right code on', async () => {
    const ada = await newMember(core, admin)
    const { secret, uri } = await beginTotp(core, ada.actor, { address })
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    const { protocol, host, pathname, searchParams } = new URL(uri)
    expect([protocol, host, decodeURIComponent(pathname)]).toEqual(['otpauth:', 'totp', `/Deskbell:${ada.email}`])
    expect(Object.fromEntries(searchParams)).toEqual({
      ...{ issuer: 'Deskbell', secret, algorithm: 'SHA1', digits: '6', period: '30' },
    })
    expect(await proveBy(ada, 'totp', codeIn(secret))).toBe('invalid_credentials')
    expect(await code(confirmTotp(core, ada.actor, { code: '000000', address }))).toBe('invalid_credentials')
    expect(await listFactors(core, ada.actor)).toMatchObject({ totp: false, recoveryCodes: 0 })
    const { recoveryCodes } = await confirmTotp(core, ada.actor, { code: codeIn(secret), address })
    expect(await listFactors(core, ada.actor)).toMatchObject({ totp: true, recoveryCodes: 10 })
    expect(new Set(recoveryCodes).size).toBe(10)
    for (const each of recoveryCodes) expect(each).toMatch(/^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/)
    // The code that confirmed it is used up.
    expect(await proveBy(ada, 'totp', codeIn(secret))).toBe('invalid_credentials')
    later(1)
    expect(await proveBy(ada, 'totp', codeIn(secret))).toBe('ok')
  })

  test('[FACTOR-1] is stored encrypted, and the recovery codes as hashes', async () => {
    const ada = await memberWithApp()
    const { rows } = await fresh.db.pool.query(
      `select t.secret, r.code_hash from totp_secrets t join recovery_codes r using (user_id) where user_id = $1`,
      [ada.user.id],
    )
    const stored = JSON.stringify(rows)
    expect(rows).toHaveLength(10)
    expect(rows[0].secret).toMatch(/^v1\./)
    for (const secret of [ada.secret, ...ada.recoveryCodes]) expect(stored).not.toContain(secret)
    for (const each of ada.recoveryCodes) expect(stored).not.toContain(each.replaceAll('-', ''))
  })

  test('[FACTOR-1] a confirmed one is neither replaced nor confirmed again, and its codes are not tried that way', async () => {
    const ada = await memberWithApp()
    expect(await code(beginTotp(core, ada.actor, { address }))).toBe('invalid_input')
    for (const given of [codeIn(ada.secret), '000000'])
      expect(await code(confirmTotp(core, ada.actor, { code: given, address }))).toBe('not_found')
    expect(await proveBy(ada, 'totp', codeIn(ada.secret))).toBe('ok')
  })

  test('[FACTOR-1] one that was begun again has another secret', async () => {
    const ada = await newMember(core, admin)
    const first = await beginTotp(core, ada.actor, { address })
    const second = await beginTotp(core, ada.actor, { address })
    expect(await code(confirmTotp(core, ada.actor, { code: codeIn(first.secret), address }))).toBe(
      'invalid_credentials',
    )
    expect(await code(confirmTotp(core, ada.actor, { code: codeIn(second.secret), address }))).toBe('ok')
  })

  test('[FACTOR-1] without a begun one there is nothing to confirm or to remove', async () => {
    const ada = await newMember(core, admin)
    expect(await code(confirmTotp(core, ada.actor, { code: '000000', address }))).toBe('not_found')
    expect(await code(removeTotp(core, ada.actor, { address }))).toBe('not_found')
  })
})

describe('a one-time code', () => {
  test('[FACTOR-2] works one step early and one step late, and no further', async () => {
    const ada = await memberWithApp()
    expect(await proveBy(ada, 'totp', codeIn(ada.secret, -2))).toBe('invalid_credentials')
    expect(await proveBy(ada, 'totp', codeIn(ada.secret, 2))).toBe('invalid_credentials')
    expect(await proveBy(ada, 'totp', codeIn(ada.secret, -1))).toBe('ok')
    expect(await proveBy(ada, 'totp', codeIn(ada.secret, 0))).toBe('ok')
    expect(await proveBy(ada, 'totp', codeIn(ada.secret, 1))).toBe('ok')
  })

  test('[FACTOR-2] works once, and no older one after it', async () => {
    const ada = await memberWithApp()
    expect(await proveBy(ada, 'totp', codeIn(ada.secret, 0))).toBe('ok')
    expect(await proveBy(ada, 'totp', codeIn(ada.secret, 0))).toBe('invalid_credentials')
    expect(await proveBy(ada, 'totp', codeIn(ada.secret, -1))).toBe('invalid_credentials')
  })

  test('[FACTOR-2] of eight calls at once one wins', async () => {
    const ada = await memberWithApp()
    const given = codeIn(ada.secret)
    const codes = await Promise.all(Array.from({ length: 8 }, () => proveBy(ada, 'totp', given)))
    expect(codes.filter((each) => each === 'ok')).toHaveLength(1)
    expect(codes.filter((each) => each === 'invalid_credentials')).toHaveLength(7)
  })

  test.each(['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦', '-12345', '+12345', '0x1234', '12345.'])(
    '[FACTOR-2] %j is none',
    async (given) => {
      const ada = await memberWithApp()
      expect(await proveBy(ada, 'totp', given)).toBe('invalid_credentials')
    },
  )

  test('[FACTOR-2] may be typed with a blank, as apps show it', async () => {
    const ada = await memberWithApp()
    const given = codeIn(ada.secret)
    expect(await proveBy(ada, 'totp', `${given.slice(0, 3)} ${given.slice(3)}`)).toBe('ok')
  })
})

describe('recovery codes', () => {
  test('[FACTOR-3] each works once, however it is typed, and for its owner alone', async () => {
    const [ada, bob] = [await memberWithApp(), await memberWithApp()]
    const [first = '', second = ''] = ada.recoveryCodes
    expect(await proveBy(bob, 'recovery', first)).toBe('invalid_credentials')
    expect(await proveBy(ada, 'recovery', first)).toBe('ok')
    expect(await proveBy(ada, 'recovery', first)).toBe('invalid_credentials')
    expect(await proveBy(ada, 'recovery', ` ${second.toUpperCase().replaceAll('-', ' ')}`)).toBe('ok')
    expect(await listFactors(core, ada.actor)).toMatchObject({ recoveryCodes: 8 })
  })

  test('[FACTOR-3] of two calls at once with one code one wins', async () => {
    const ada = await memberWithApp()
    const [given = ''] = ada.recoveryCodes
    const codes = await Promise.all([proveBy(ada, 'recovery', given), proveBy(ada, 'recovery', given)])
    expect(codes.sort()).toEqual(['invalid_credentials', 'ok'])
  })

  test('[FACTOR-3] new ones replace the earlier ones', async () => {
    const ada = await memberWithApp()
    const { recoveryCodes } = await newRecoveryCodes(core, ada.actor, { address })
    expect(recoveryCodes).toHaveLength(10)
    expect(await proveBy(ada, 'recovery', ada.recoveryCodes[0] ?? '')).toBe('invalid_credentials')
    expect(await proveBy(ada, 'recovery', recoveryCodes[0] ?? '')).toBe('ok')
  })

  test('[FACTOR-3] end with the last factor, and there are none without one', async () => {
    const ada = await memberWithApp()
    await removeTotp(core, ada.actor, { address })
    expect(await proveBy(ada, 'recovery', ada.recoveryCodes[0] ?? '')).toBe('invalid_credentials')
    expect(await proveBy(ada, 'totp', codeIn(ada.secret))).toBe('invalid_credentials')
    expect(await listFactors(core, ada.actor)).toMatchObject({ totp: false, recoveryCodes: 0 })
    expect(await code(newRecoveryCodes(core, ada.actor, { address }))).toBe('not_found')
  })
})
