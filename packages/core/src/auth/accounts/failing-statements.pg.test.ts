import {
  actorOf,
  accountAddress as address,
  type Member,
  newMember,
  accountPassword as password,
  setUpAdmin,
} from '@deskbell/testkit/accounts'
import { failEachStatement } from '@deskbell/testkit/database/failing-statements'
import { newChat, newGuest, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { type IdentitySite, newSite } from '@deskbell/testkit/identities'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assignOperator } from '../../chats/changes/assign-operator.ts'
import { returnChatsOfInactive } from '../../chats/changes/return-chats.ts'
import type { Core } from '../../context.ts'
import { createKey, deleteKey } from '../../operators/keys/manage-keys.ts'
import { disableOperator, enableOperator, setAccess } from '../../operators/manage-operators.ts'
import { authenticate } from '../authenticate.ts'
import { endSession } from '../end-session.ts'
import { identify } from '../identity/identify.ts'
import { createIdentityKey, deleteIdentityKey } from '../identity/manage-identity-keys.ts'
import { logout } from '../logout.ts'
import { signInGuest } from '../sign-in-guest.ts'
import { addOperator } from './add-operator.ts'
import { beginAuditExport, listAudit } from './audit.ts'
import { changePassword } from './change-password.ts'
import { accept, invite } from './invitations.ts'
import { createResetLink, forgotPassword, resetPassword } from './reset-password.ts'
import { createSetupLink, setUp } from './set-up.ts'

const chosen = 'copper lantern 48 swims'
const audience = 'chat.example.test'
const linkTo = (token: string) => token
/** A day later nothing that was tried before counts any more. */
const dayMs = 24 * 60 * 60 * 1_000
let now = new Date('2030-01-01T00:00:00.000Z')
let fresh: FreshCore
let core: Core
let admin: Member
let site: IdentitySite
beforeAll(async () => {
  fresh = await freshCore({ authMode: 'secure', clock: { now: () => now }, sendMail: async () => {} })
  core = fresh.core
  admin = await setUpAdmin(core)
  site = await newSite((input) => createIdentityKey(core, admin.actor, { ...input, address }), {
    ...{ audience, now: () => now },
  })
})
afterAll(() => fresh.drop())

const newInvitation = async (email = `${uniqueId('invited')}@example.test`) =>
  await invite(core, admin.actor, { input: { email, access: 'operator' }, linkTo, address })
const operatorInput = ({ user }: Member) => ({ operatorId: user.id, address })

/** Each prepares a call, which is made while one of its statements fails. */
const acts: Record<string, () => Promise<() => Promise<unknown>>> = {
  setUp: async () => {
    await fresh.db.pool.query('delete from accounts; delete from links')
    const token = (await createSetupLink(core)) ?? ''
    return () => setUp(core, { token, email: `${uniqueId('first')}@example.test`, name: 'Eve', password }, { address })
  },
  createSetupLink: async () => {
    await fresh.db.pool.query('delete from accounts; delete from links')
    return () => createSetupLink(core)
  },
  invite: async () => () => newInvitation(),
  accept: async () => {
    const { link } = await newInvitation()
    return () => accept(core, { token: link, name: 'Ada', password }, { address })
  },
  changePassword: async () => {
    const { actor } = await newMember(core, admin)
    return () => changePassword(core, actor, { current: password, password: chosen, address })
  },
  forgotPassword: async () => {
    const { email } = await newMember(core, admin)
    return () => forgotPassword(core, { email, linkTo, address })
  },
  createResetLink: async () => {
    const member = await newMember(core, admin)
    return () => createResetLink(core, admin.actor, { ...operatorInput(member), linkTo })
  },
  resetPassword: async () => {
    const member = await newMember(core, admin)
    const { link: token } = await createResetLink(core, admin.actor, { ...operatorInput(member), linkTo })
    return () => resetPassword(core, { token, password: chosen }, { address })
  },
  'addOperator, of somebody new': async () => () =>
    addOperator(core, { email: `${uniqueId('new')}@example.test`, access: 'admin' }),
  'addOperator, of a disabled one': async () => {
    const member = await newMember(core, admin)
    await disableOperator(core, admin.actor, operatorInput(member))
    return () => addOperator(core, { email: member.email, access: 'admin' })
  },
  enableOperator: async () => {
    const member = await newMember(core, admin)
    await disableOperator(core, admin.actor, operatorInput(member))
    return () => enableOperator(core, admin.actor, operatorInput(member))
  },
  setAccess: async () => {
    const member = await newMember(core, admin)
    return () => setAccess(core, admin.actor, { ...operatorInput(member), access: 'admin' })
  },
  createKey: async () => () => createKey(core, admin.actor, { name: 'Robot', scopes: ['read'], address }),
  createIdentityKey: async () => {
    await fresh.db.pool.query('delete from identity_keys where kid <> $1', [site.kid])
    return () => createIdentityKey(core, admin.actor, { alg: 'HS256', address })
  },
  deleteIdentityKey: async () => {
    await fresh.db.pool.query('delete from identity_keys where kid <> $1', [site.kid])
    const { kid } = await createIdentityKey(core, admin.actor, { alg: 'HS256', address })
    return () => deleteIdentityKey(core, admin.actor, { kid, address })
  },
  'identify, of somebody new': async () => {
    const identity = await site.sign(uniqueId('sub'))
    return () => identify(core, null, { identity, audience })
  },
  'identify, of a guest with chats who becomes a known client': async () => {
    const subject = uniqueId('sub')
    await identify(core, null, { identity: await site.sign(subject), audience })
    const guest = await newGuest(core)
    await newChat(core, guest)
    const identity = await site.sign(subject, { email: `${uniqueId('vera')}@example.test`, name: 'Vera' })
    return () => identify(core, guest, { identity, audience })
  },
  signInGuest: async () => () => signInGuest(core, {}, address),
  endSession: async () => {
    const { actor } = await newMember(core, admin)
    return () => endSession(core, actor, { sessionId: actor.sessionId })
  },
  logout: async () => {
    const guest = await actorOf(core, await signInGuest(core, {}, address))
    return () => logout(core, guest)
  },
  listAudit: async () => () => listAudit(core, admin.actor, { limit: 10 }),
  beginAuditExport: async () => () => beginAuditExport(core, admin.actor, { format: 'csv', address }),
}

/** All but counted tries, which are used up before anything is compared. */
const tables = ['accounts', 'links', 'sessions', 'audit', 'api_keys', 'identity_keys', 'chats', 'chat_events']

/** Another call is never in the way of this one, by its tries or by the age of a session. */
async function nextDay(): Promise<void> {
  now = new Date(now.getTime() + dayMs)
  await fresh.db.pool.query(`update sessions set proved_at = $1, expires_at = $1::timestamptz + interval '30 days'`, [
    now,
  ])
}

test('[ACC-11] [ACC-25] a disabling that failed half-way is completed by the next one', async () => {
  const owned = async () => {
    await nextDay()
    const member = await newMember(core, admin)
    const chats = await Promise.all([1, 2].map(async () => newChat(core, await newGuest(core))))
    for (const { id } of chats) await assignOperator(core, member.actor, { chatId: id })
    return member
  }
  const members: Member[] = []
  const prepare = async () => {
    const member = await owned()
    members.push(member)
    return () => disableOperator(core, admin.actor, operatorInput(member))
  }
  const { tried } = await failEachStatement(core.db, { prepare, tables: [] })
  expect(tried).toBeGreaterThan(10)
  for (const member of members) await disableOperator(core, admin.actor, operatorInput(member))
  const ids = members.map(({ user }) => user.id)
  const left = await fresh.db.pool.query('select id from chats where operator_id = any($1)', [ids])
  expect(left.rows).toEqual([])
  const sessions = await fresh.db.pool.query('select id from sessions where user_id = any($1)', [ids])
  expect(sessions.rows).toEqual([])
}, 120_000)

test('[KEY-6] [ACC-25] what is left of the chats of a deleted key returns to the queue within the hour', async () => {
  const keys: { keyId: number; operatorId: number }[] = []
  const prepare = async () => {
    await nextDay()
    const { key, secret } = await createKey(core, admin.actor, { name: 'Robot', scopes: ['manage'], address })
    const robot = await authenticate(core, secret)
    if (robot === null) throw new Error('A fresh key was not accepted.')
    await assignOperator(core, robot, { chatId: (await newChat(core, await newGuest(core))).id })
    keys.push({ keyId: key.id, operatorId: robot.userId })
    return () => deleteKey(core, admin.actor, { keyId: key.id, address })
  }
  const { tried } = await failEachStatement(core.db, { prepare, tables: [] })
  expect(tried).toBeGreaterThan(5)
  for (const { keyId } of keys) await deleteKey(core, admin.actor, { keyId, address }).catch(() => undefined)
  await returnChatsOfInactive(core)
  const ids = keys.map(({ operatorId }) => operatorId)
  const left = await fresh.db.pool.query('select id from chats where operator_id = any($1)', [ids])
  expect(left.rows).toEqual([])
}, 120_000)

/** They come last: they need a server without an admin. */
const ofNobody = new Set(['setUp', 'createSetupLink'])

test.each(Object.entries(acts).toSorted(([a], [b]) => Number(ofNobody.has(a)) - Number(ofNobody.has(b))))(
  '[ACC-25] %s: whichever of its statements fails, it is refused and nothing of it is stored',
  async (_, act) => {
    const prepare = async () => {
      await nextDay()
      return await act()
    }
    const failed = await failEachStatement(core.db, { prepare, tables })
    expect(failed).toEqual({ tried: expect.any(Number), ignored: [], leftBehind: [] })
    expect(failed.tried).toBeGreaterThan(0)
  },
)
