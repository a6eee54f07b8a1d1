import { newChat, newOperator, signIn, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { type Claims, type IdentitySite, newSite } from '@deskbell/testkit/identities'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getChat } from '../../chats/get-chat.ts'
import { listChats } from '../../chats/list-chats.ts'
import type { Core } from '../../context.ts'
import { authenticate } from '../authenticate.ts'
import { identify } from './identify.ts'
import { createIdentityKey } from './manage-identity-keys.ts'

const audience = 'chat.example.test'
let fresh: FreshCore
let core: Core
let site: IdentitySite
beforeAll(async () => {
  fresh = await freshCore()
  core = fresh.core
  const { actor } = await signIn(core, 'operator')
  site = await newSite((input) => createIdentityKey(core, actor, { ...input, address: '' }), { audience })
})
afterAll(() => fresh.drop())

const identifyAs = async (subject: string, change: Claims = {}) =>
  identify(core, null, { identity: await site.sign(subject, change), audience })
const newEmail = () => `${uniqueId('ada')}@example.test`

test('[IDENT-6] the same sub is the same client for ever, and a new name or address replaces the old one', async () => {
  const sub = uniqueId('sub')
  const [email, newer] = [newEmail(), newEmail()]
  const { user } = await identifyAs(sub, { email: email.toUpperCase(), name: ' Ada ' })
  expect(user).toMatchObject({ email, name: 'Ada', role: 'client', access: null })
  expect((await identifyAs(sub)).user).toEqual(user)
  expect((await identifyAs(sub, { name: 'Ada L.' })).user).toEqual({ ...user, name: 'Ada L.' })
  expect((await identifyAs(sub, { email: newer })).user).toEqual({ ...user, name: 'Ada L.', email: newer })
  expect((await identifyAs(uniqueId('sub'))).user.name).toMatch(/^Guest \d{4}$/)
})

test('[IDENT-6] ten identifications of a new sub at once make one client', async () => {
  const sub = uniqueId('sub')
  const email = newEmail()
  const logins = await Promise.all(Array.from({ length: 10 }, () => identifyAs(sub, { email })))
  expect(new Set(logins.map(({ user }) => user.id)).size).toBe(1)
  expect(new Set(logins.map(({ user }) => user.email))).toEqual(new Set([email]))
})

test('[IDENT-7] the session ends with its token, and not later', async () => {
  const exp = Math.floor(Date.now() / 1_000) + 90
  const { token, expiresAt } = await identifyAs(uniqueId('sub'), { exp })
  expect(expiresAt).toBe(new Date(exp * 1_000).toISOString())
  expect(await authenticate(core, token)).toMatchObject({ role: 'client', access: null })
})

test('[IDENT-8] an address that another identified client has stays there', async () => {
  const email = newEmail()
  const [first, second] = [uniqueId('sub'), uniqueId('sub')]
  await identifyAs(first, { email })
  expect((await identifyAs(second, { email })).user.email).toBeNull()
  expect((await identifyAs(first, { email })).user.email).toBe(email)
  const own = newEmail()
  expect((await identifyAs(second, { email: own })).user.email).toBe(own)
  expect((await identifyAs(second, { email })).user.email).toBeNull()
})

test('[IDENT-8] many clients that bring one address at once: one has it', async () => {
  const email = newEmail()
  const logins = await Promise.all(Array.from({ length: 6 }, () => identifyAs(uniqueId('sub'), { email })))
  const emails = logins.map(({ user }) => user.email)
  expect(emails.filter((each) => each !== null)).toEqual([email])
})

test('[IDENT-9] an address that the site has not verified is not used', async () => {
  const email = newEmail()
  for (const isVerified of [false, 'false', 0, null])
    expect((await identifyAs(uniqueId('sub'), { email, email_verified: isVerified })).user.email).toBeNull()
  expect((await identifyAs(uniqueId('sub'), { email: 'no address', email_verified: false })).user.email).toBeNull()
  expect((await identifyAs(uniqueId('sub'), { email, email_verified: true })).user.email).toBe(email)
})

test('[IDENT-10] N03: what a token says of roles and rights is ignored', async () => {
  const powers = {
    role: 'operator',
    access: 'admin',
    scopes: ['manage'],
    verified: true,
    userId: 1,
    id: 1,
    admin: true,
  }
  const { user, token } = await identifyAs(uniqueId('sub'), powers)
  expect(user).toMatchObject({ role: 'client', access: null, email: null })
  expect(await authenticate(core, token)).toMatchObject({ userId: user.id, role: 'client', access: null, scopes: null })
})

test('[IDENT-11] with two keys the site changes from one to the other without a gap', async () => {
  const { actor } = await signIn(core, 'operator')
  const sub = uniqueId('sub')
  const { user } = await identifyAs(sub)
  const create = (input: Parameters<typeof createIdentityKey>[2]) => createIdentityKey(core, actor, input)
  const next = await newSite((input) => create({ ...input, address: '' }), { audience, alg: 'ES256' })
  for (const each of [site, next])
    expect((await identify(core, null, { identity: await each.sign(sub), audience })).user.id).toBe(user.id)
})

test('[IDENT-13] a chat says whether its client is verified, to the client and to operators', async () => {
  const operator = await newOperator(core)
  const { token } = await identifyAs(uniqueId('sub'))
  const identified = await authenticate(core, token)
  const { actor: unproved } = await signIn(core, 'client')
  if (identified === null) throw new Error('A fresh session was not accepted.')
  for (const [actor, verified] of [
    [identified, true],
    [unproved, false],
  ] as const) {
    const { id, client } = await newChat(core, actor)
    expect(client.verified).toBe(verified)
    const { chat } = await getChat(core, operator, { chatId: id })
    const { items } = await listChats(core, operator, { limit: 10 })
    expect([chat, ...items.filter((item) => item.id === id)].map((each) => each.client.verified)).toEqual([
      verified,
      verified,
    ])
  }
})
