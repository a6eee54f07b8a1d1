import { triesWindowMs } from '@deskbell/contract/limits'
import { findAccount, insertAccount } from '@deskbell/db/queries/users/accounts'
import { upsertUser } from '@deskbell/db/queries/users/users'
import { inTransaction } from '@deskbell/db/transaction'
import {
  actorOf,
  accountAddress as address,
  type Member,
  accountPassword as password,
  setUpAdmin,
} from '@deskbell/testkit/accounts'
import { failEachStatement } from '@deskbell/testkit/database/failing-statements'
import { uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import { SoftAuthenticator } from '@deskbell/testkit/soft-authenticator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Core } from '../../context.ts'
import { removeFactors } from '../../operators/remove-factors.ts'
import { signIn } from '../accounts/sign-in.ts'
import { startSession } from '../start-session.ts'
import { addPasskey, beginPasskey, passkeyOptions, removePasskey, renamePasskey } from './passkeys.ts'
import { listFactors, prove } from './prove.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { passkeySignIn, secondFactor } from './second-factor.ts'
import { beginTotp, confirmTotp, removeTotp } from './totp.ts'

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

type Ada = Member & { secret: string; recoveryCodes: string[]; device: SoftAuthenticator }

/** An operator with all factors. */
async function newAda(): Promise<Ada> {
  await nextWindow()
  const { device, ...member } = await newKeeper()
  const { secret } = await beginTotp(core, member.actor, { address })
  const { recoveryCodes } = await confirmTotp(core, member.actor, { code: oneTimeCode(secret, now), address })
  return { ...member, secret, recoveryCodes, device }
}

async function newKeeper(): Promise<Member & { device: SoftAuthenticator }> {
  const member = await newMember()
  const device = new SoftAuthenticator(site.origin)
  const { options } = await beginPasskey(core, member.actor, caller)
  await addPasskey(core, member.actor, { name: 'Laptop', credential: device.create(options), ...caller })
  return { ...member, device }
}

/** No try counts any more, each one-time code is new, and every session is proved. */
async function nextWindow(): Promise<void> {
  now = new Date(now.getTime() + triesWindowMs)
  await fresh.db.pool.query('update sessions set proved_at = $1', [now])
}

/** An operator with the password of the admin. Hashing another one for each call would take minutes. */
async function newMember(): Promise<Member> {
  const email = `${uniqueId('member')}@example.test`
  const user = await upsertUser(core.db.orm, { email, name: 'Ada', role: 'operator' })
  await inTransaction(core.db, async (tx) => {
    const passwordHash = (await findAccount(tx, admin.user.id))?.passwordHash ?? ''
    await insertAccount(tx, { userId: user.id, access: 'operator', passwordHash })
  })
  const session = await startSession(core, { user, access: 'operator' })
  return { ...session, email, actor: await actorOf(core, session) }
}

async function challengeOf({ email }: Member): Promise<string> {
  const output = await signIn(core, { email, password }, address)
  return 'challenge' in output ? output.challenge : ''
}

async function optionsFor(challenge?: string) {
  return (await passkeyOptions(core, challenge === undefined ? undefined : { challenge }, site)).options
}

/** Each prepares a call, which is made while one of its statements fails. */
const acts: Record<string, (ada: Ada) => Promise<() => Promise<unknown>>> = {
  'signIn without a factor': async () => {
    const { email } = await newMember()
    return () => signIn(core, { email, password }, address)
  },
  'signIn with a factor':
    async ({ email }) =>
    () =>
      signIn(core, { email, password }, address),
  'secondFactor by code': async (ada) => {
    const asked = { challenge: await challengeOf(ada), method: 'totp', code: oneTimeCode(ada.secret, now) } as const
    return () => secondFactor(core, asked, caller)
  },
  'secondFactor by recovery code': async (ada) => {
    const asked = { challenge: await challengeOf(ada), method: 'recovery', code: ada.recoveryCodes[0] ?? '' } as const
    return () => secondFactor(core, asked, caller)
  },
  'secondFactor by passkey': async (ada) => {
    const challenge = await challengeOf(ada)
    const asked = { challenge, method: 'passkey', code: ada.device.get(await optionsFor(challenge)) } as const
    return () => secondFactor(core, asked, caller)
  },
  'secondFactor without a challenge': async () => () =>
    secondFactor(core, { challenge: 'x', method: 'totp', code: '1' }, caller),
  passkeyOptions: async () => () => optionsFor(),
  'passkeyOptions of a sign-in': async (ada) => {
    const challenge = await challengeOf(ada)
    return () => optionsFor(challenge)
  },
  passkeySignIn: async ({ device }) => {
    const assertion = device.get(await optionsFor())
    return () => passkeySignIn(core, { assertion }, caller)
  },
  'prove by password':
    async ({ actor }) =>
    () =>
      prove(core, actor, { method: 'password', code: password, ...caller }),
  'prove by code': async ({ actor, secret }) => {
    const code = oneTimeCode(secret, now)
    return () => prove(core, actor, { method: 'totp', code, ...caller })
  },
  'prove by recovery code':
    async ({ actor, recoveryCodes: [code = ''] }) =>
    () =>
      prove(core, actor, { method: 'recovery', code, ...caller }),
  'prove by passkey': async ({ actor, device }) => {
    const code = device.get(await optionsFor())
    return () => prove(core, actor, { method: 'passkey', code, ...caller })
  },
  factors:
    async ({ actor }) =>
    () =>
      listFactors(core, actor),
  beginPasskey:
    async ({ actor }) =>
    () =>
      beginPasskey(core, actor, caller),
  'addPasskey as the first factor': async () => {
    const { actor } = await newMember()
    const credential = new SoftAuthenticator(site.origin).create((await beginPasskey(core, actor, caller)).options)
    return () => addPasskey(core, actor, { name: 'Phone', credential, ...caller })
  },
  renamePasskey:
    async ({ actor, device }) =>
    () =>
      renamePasskey(core, actor, { passkeyId: device.id, name: 'Phone', address }),
  removePasskey:
    async ({ actor, device }) =>
    () =>
      removePasskey(core, actor, { passkeyId: device.id, address }),
  'removePasskey as the last factor': async () => {
    const { actor, device } = await newKeeper()
    return () => removePasskey(core, actor, { passkeyId: device.id, address })
  },
  beginTotp: async () => {
    const { actor } = await newMember()
    return () => beginTotp(core, actor, { address })
  },
  confirmTotp: async () => {
    const { actor } = await newMember()
    const code = oneTimeCode((await beginTotp(core, actor, { address })).secret, now)
    return () => confirmTotp(core, actor, { code, address })
  },
  removeTotp:
    async ({ actor }) =>
    () =>
      removeTotp(core, actor, { address }),
  newRecoveryCodes:
    async ({ actor }) =>
    () =>
      newRecoveryCodes(core, actor, { address }),
  removeFactors:
    async ({ user }) =>
    () =>
      removeFactors(core, admin.actor, { operatorId: user.id, address }),
}

/** All but challenges and counted tries, which are used up before anything is compared. */
const tables = ['passkeys', 'totp_secrets', 'recovery_codes', 'sessions', 'audit', 'accounts']

test.each(Object.entries(acts))(
  '[FACTOR-13] %s: whichever of its statements fails, it is refused and nothing of it is stored',
  async (_, act) => {
    const ada = await newAda()
    const prepare = async () => {
      await nextWindow()
      return await act(ada)
    }
    const failed = await failEachStatement(core.db, { prepare, tables })
    expect(failed).toEqual({ tried: expect.any(Number), ignored: [], leftBehind: [] })
    expect(failed.tried).toBeGreaterThan(0)
  },
)
