import { challengeMs, passkeysMax } from '@deskbell/contract/limits'
import {
  accountAddress as address,
  type Member,
  newMember,
  accountPassword as password,
  setUpAdmin,
} from '@deskbell/testkit/accounts'
import { uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { type Forgery, SoftAuthenticator } from '@deskbell/testkit/soft-authenticator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import type { Core } from '../../context.ts'
import { disableOperator } from '../../operators/manage-operators.ts'
import { signIn } from '../accounts/sign-in.ts'
import { authenticate } from '../authenticate.ts'
import { addPasskey, beginPasskey, passkeyOptions, removePasskey, renamePasskey } from './passkeys.ts'
import { listFactors, prove } from './prove.ts'
import { passkeySignIn, secondFactor } from './second-factor.ts'

const site = { origin: 'https://chat.example.test', rpId: 'chat.example.test' }
const caller = { address, site }
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

type Keeper = Member & { device: SoftAuthenticator; recoveryCodes: string[] }

async function add({ actor }: Member, device: SoftAuthenticator, forgery: Forgery = {}) {
  const { options } = await beginPasskey(core, actor, caller)
  return await addPasskey(core, actor, { name: 'Laptop', credential: device.create(options, forgery), ...caller })
}

async function memberWithPasskey(): Promise<Keeper> {
  const ada = await newMember(core, admin)
  const device = new SoftAuthenticator(site.origin)
  const { recoveryCodes } = await add(ada, device)
  return { ...ada, device, recoveryCodes }
}

async function assertionOf({ device }: Keeper, forgery: Forgery = {}): Promise<string> {
  const { options } = await passkeyOptions(core, undefined, site)
  return device.get(options, forgery)
}

/** Another address for each, so that no limit of tries hides an outcome. */
const elsewhere = () => ({ address: uniqueId('address'), site })
const signInBy = async (keeper: Keeper, forgery: Forgery = {}) =>
  code(passkeySignIn(core, { assertion: await assertionOf(keeper, forgery) }, elsewhere()))

async function challengeOf({ email }: Member): Promise<{ challenge: string; methods: string[] }> {
  const output = await signIn(core, { email, password }, elsewhere().address)
  if (!('challenge' in output)) throw new Error('There was no challenge.')
  return output
}

/** Every lie that an answer can tell. */
const forgeries: [string, Forgery][] = [
  ['of another origin', { origin: 'https://evil.example.test' }],
  ['of another port', { origin: 'https://chat.example.test:8443' }],
  ['over http', { origin: 'http://chat.example.test' }],
  ['for another site', { rpId: 'evil.example.test' }],
  ['for the parent of the site', { rpId: 'example.test' }],
  ['without user verification', { isUnverified: true }],
  ['of another ceremony', { type: 'webauthn.other' }],
  ['in a frame of a foreign site', { crossOrigin: true }],
  ['with an unknown challenge', { challenge: 'A'.repeat(43) }],
]

describe('adding a passkey', () => {
  test('[FACTOR-8] asks for one that is discoverable and verifies its user, under a handle that says nothing', async () => {
    const ada = await newMember(core, admin)
    const [first, second] = [await beginPasskey(core, ada.actor, caller), await beginPasskey(core, ada.actor, caller)]
    const { user } = first.options as unknown as { user: { id: string } }
    expect(first.options).toMatchObject({
      rp: { name: 'Deskbell', id: 'chat.example.test' },
      user: { name: ada.email, displayName: 'Ada' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
      excludeCredentials: [],
    })
    expect(user.id).toMatch(/^[\w-]{43}$/)
    expect(second.options).toMatchObject({ user: { id: user.id } })
    expect(second.options.challenge).not.toBe(first.options.challenge)
    const other = await beginPasskey(core, admin.actor, caller)
    expect(other.options).not.toMatchObject({ user: { id: user.id } })
  })

  test('[FACTOR-8] gives recovery codes with the first factor, and lists, renames and removes it', async () => {
    const ada = await memberWithPasskey()
    expect(ada.recoveryCodes).toHaveLength(10)
    const second = await add(ada, new SoftAuthenticator(site.origin))
    expect(second.recoveryCodes).toEqual([])
    const { options } = await beginPasskey(core, ada.actor, caller)
    const excluded = (options as unknown as { excludeCredentials: { id: string }[] }).excludeCredentials
    expect(excluded.map(({ id }) => id).sort()).toEqual([ada.device.id, second.passkey.id].sort())
    const renamed = await renamePasskey(core, ada.actor, { passkeyId: ada.device.id, name: 'Phone', address })
    expect(renamed.passkey).toEqual({
      id: ada.device.id,
      name: 'Phone',
      createdAt: now.toISOString(),
      lastUsedAt: null,
    })
    expect((await listFactors(core, ada.actor)).passkeys.map(({ name }) => name).sort()).toEqual(['Laptop', 'Phone'])
    await removePasskey(core, ada.actor, { passkeyId: ada.device.id, address })
    expect(await listFactors(core, ada.actor)).toMatchObject({ passkeys: [{ name: 'Laptop' }], recoveryCodes: 10 })
    await removePasskey(core, ada.actor, { passkeyId: second.passkey.id, address })
    expect(await listFactors(core, ada.actor)).toMatchObject({ passkeys: [], recoveryCodes: 0 })
    expect(await signInBy(ada)).toBe('invalid_credentials')
  })

  test('[FACTOR-8] that is of another operator is not_found, and cannot be added again', async () => {
    const ada = await memberWithPasskey()
    const asked = { passkeyId: ada.device.id, name: 'Mine', address }
    expect(await code(renamePasskey(core, admin.actor, asked))).toBe('not_found')
    expect(await code(removePasskey(core, admin.actor, asked))).toBe('not_found')
    expect(await code(add(admin, ada.device))).toBe('invalid_input')
    expect(await listFactors(core, admin.actor)).toMatchObject({ passkeys: [], recoveryCodes: 0 })
  })

  test.each(forgeries)('[FACTOR-8] an answer %s is invalid_credentials', async (_, forgery) => {
    const ada = await newMember(core, admin)
    expect(await code(add(ada, new SoftAuthenticator(site.origin), forgery))).toBe('invalid_credentials')
    expect(await listFactors(core, ada.actor)).toMatchObject({ passkeys: [], recoveryCodes: 0 })
  })

  test.each(['', 'null', '[]', '{}', '{"id":1}', '"x"', '{'])('[FACTOR-8] %j is no answer', async (credential) => {
    const given = { name: 'Laptop', credential, ...caller }
    expect(await code(addPasskey(core, admin.actor, given))).toBe('invalid_credentials')
    expect(await code(passkeySignIn(core, { assertion: credential }, elsewhere()))).toBe('invalid_credentials')
  })

  test('[FACTOR-8] a challenge is for one answer, of the one who asked, within five minutes', async () => {
    const ada = await newMember(core, admin)
    const { options } = await beginPasskey(core, ada.actor, caller)
    const answer = (actor = ada.actor) => {
      const credential = new SoftAuthenticator(site.origin).create(options)
      return code(addPasskey(core, actor, { name: 'Laptop', credential, ...caller }))
    }
    expect((await Promise.all([answer(), answer()])).sort()).toEqual(['invalid_credentials', 'ok'])
    const foreign = await beginPasskey(core, admin.actor, caller)
    const credential = new SoftAuthenticator(site.origin).create(foreign.options)
    expect(await code(addPasskey(core, ada.actor, { name: 'Eve', credential, ...caller }))).toBe('invalid_credentials')
    const late = await beginPasskey(core, ada.actor, caller)
    now = new Date(now.getTime() + challengeMs)
    const lateText = new SoftAuthenticator(site.origin).create(late.options)
    const added = addPasskey(core, ada.actor, { name: 'Late', credential: lateText, ...caller })
    expect(await code(added)).toBe('invalid_credentials')
    expect((await listFactors(core, ada.actor)).passkeys).toHaveLength(1)
  })

  test('[FACTOR-8] there are at most twenty', async () => {
    const ada = await newMember(core, admin)
    for (let nth = 0; nth < passkeysMax; nth += 1) await add(ada, new SoftAuthenticator(site.origin))
    expect(await code(add(ada, new SoftAuthenticator(site.origin)))).toBe('invalid_input')
  })
})

describe('a passkey', () => {
  test('[FACTOR-9] signs its operator in without a password, and with it after the password', async () => {
    const ada = await memberWithPasskey()
    const { token } = await passkeySignIn(core, { assertion: await assertionOf(ada) }, elsewhere())
    expect(await authenticate(core, token)).toMatchObject({ userId: ada.user.id, access: 'operator' })
    const { challenge, methods } = await challengeOf(ada)
    expect(methods).toEqual(['passkey', 'recovery'])
    const { options } = await passkeyOptions(core, { challenge }, site)
    expect(options).toMatchObject({
      ...{ challenge, rpId: site.rpId, userVerification: 'required' },
      allowCredentials: [{ id: ada.device.id, type: 'public-key' }],
    })
    const asked = { challenge, method: 'passkey', code: ada.device.get(options) } as const
    expect((await secondFactor(core, asked, elsewhere())).user.id).toBe(ada.user.id)
    expect((await listFactors(core, ada.actor)).passkeys[0]?.lastUsedAt).toBe(now.toISOString())
  })

  test('[FACTOR-9] whose user handle is left out signs in too', async () => {
    expect(await signInBy(await memberWithPasskey(), { userHandle: null })).toBe('ok')
  })

  test.each([
    ...forgeries,
    ['with a signature of another key', { isForged: true }],
    ['with the handle of another user', { userHandle: 'B'.repeat(43) }],
  ] as [string, Forgery][])('[FACTOR-9] an assertion %s is invalid_credentials', async (_, forgery) => {
    const ada = await memberWithPasskey()
    expect(await signInBy(ada, forgery)).toBe('invalid_credentials')
    const { challenge } = await challengeOf(ada)
    const { options } = await passkeyOptions(core, { challenge }, site)
    const asked = { challenge, method: 'passkey', code: ada.device.get(options, forgery) } as const
    expect(await code(secondFactor(core, asked, elsewhere()))).toBe('invalid_credentials')
    const proof = { method: 'passkey', code: await assertionOf(ada, forgery), ...elsewhere() } as const
    expect(await code(prove(core, ada.actor, proof))).toBe('invalid_credentials')
    // And the truth is accepted.
    const right = { ...asked, code: ada.device.get(options) }
    expect(await code(secondFactor(core, right, elsewhere()))).toBe('ok')
  })

  test('[FACTOR-9] must count up, when it counts at all', async () => {
    const ada = await memberWithPasskey()
    expect(await signInBy(ada, { counter: 5 })).toBe('ok')
    for (const counter of [5, 4, 0]) expect(await signInBy(ada, { counter })).toBe('invalid_credentials')
    expect(await signInBy(ada, { counter: 6 })).toBe('ok')
    const bob = await memberWithPasskey()
    for (let nth = 0; nth < 3; nth += 1) expect(await signInBy(bob, { counter: 0 })).toBe('ok')
  })

  test('[FACTOR-9] of two clones that sign in at once with the same count one wins', async () => {
    const ada = await memberWithPasskey()
    const codes = await Promise.all([signInBy(ada, { counter: 7 }), signInBy(ada, { counter: 7 })])
    expect(codes.sort()).toEqual(['invalid_credentials', 'ok'])
  })

  test('[FACTOR-9] an assertion works once, within five minutes', async () => {
    const ada = await memberWithPasskey()
    const assertion = await assertionOf(ada, { counter: 0 })
    const again = () => code(passkeySignIn(core, { assertion }, elsewhere()))
    expect((await Promise.all([again(), again()])).sort()).toEqual(['invalid_credentials', 'ok'])
    expect(await again()).toBe('invalid_credentials')
    const late = await assertionOf(ada)
    now = new Date(now.getTime() + challengeMs)
    expect(await code(passkeySignIn(core, { assertion: late }, elsewhere()))).toBe('invalid_credentials')
  })

  test('[FACTOR-9] of another operator proves nothing of this one', async () => {
    const [ada, bob] = [await memberWithPasskey(), await memberWithPasskey()]
    const { challenge } = await challengeOf(ada)
    const asked = { challenge, method: 'passkey', code: bob.device.get({ challenge, rpId: site.rpId }) } as const
    expect(await code(secondFactor(core, asked, elsewhere()))).toBe('invalid_credentials')
    const proof = { method: 'passkey', code: await assertionOf(bob), ...elsewhere() } as const
    expect(await code(prove(core, ada.actor, proof))).toBe('invalid_credentials')
  })

  test('[FACTOR-9] a challenge of one purpose serves no other', async () => {
    const ada = await memberWithPasskey()
    const { challenge } = await challengeOf(ada)
    const assertion = ada.device.get({ challenge, rpId: site.rpId })
    expect(await code(passkeySignIn(core, { assertion }, elsewhere()))).toBe('invalid_credentials')
    const asked = { challenge, method: 'passkey', code: await assertionOf(ada) } as const
    expect(await code(secondFactor(core, asked, elsewhere()))).toBe('invalid_credentials')
    const { options } = await passkeyOptions(core, undefined, site)
    expect(await code(passkeyOptions(core, { challenge: options.challenge }, site))).toBe('invalid_credentials')
  })

  test('[FACTOR-9] that is unknown, and one of a disabled account, are invalid_credentials', async () => {
    const ada = await memberWithPasskey()
    const stranger = { ...ada, device: new SoftAuthenticator(site.origin) }
    expect(await signInBy(stranger)).toBe('invalid_credentials')
    await disableOperator(core, admin.actor, { operatorId: ada.user.id, address })
    expect(await signInBy(ada)).toBe('invalid_credentials')
  })
})
