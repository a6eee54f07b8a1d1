import { triesWindowMs } from '@deskbell/contract/limits'
import { pruneSignIns } from '@deskbell/db/queries/users/accounts'
import { newOperator, sendText } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChat } from '../chats/create-chat.ts'
import { getChat } from '../chats/get-chat.ts'
import { listChats } from '../chats/list-chats.ts'
import type { Core } from '../context.ts'
import { getMe } from '../users/get-me.ts'
import { authenticate } from './authenticate.ts'
import { signInGuest } from './sign-in-guest.ts'

const here = '203.0.113.7'

let fresh: FreshCore
let core: Core
beforeAll(async () => {
  fresh = await freshCore()
  core = fresh.core
})
afterAll(() => fresh.drop())

async function guest(given: { name?: string } = {}) {
  const { token, user } = await signInGuest(core, given, here)
  const actor = await authenticate(core, token)
  if (actor === null) throw new Error('The session of a guest was not accepted.')
  return { user, actor }
}

test('[AUTH-34] each call makes another client, without an address', async () => {
  const [first, second] = [await guest({ name: 'Ada' }), await guest({ name: 'Ada' })]
  expect(first.user).toMatchObject({ email: null, name: 'Ada', role: 'client' })
  expect(second.user.id).not.toBe(first.user.id)
  expect((await getMe(core, first.actor)).user).toEqual(first.user)
})

test('[AUTH-34] without a name a guest has a number', async () => {
  expect((await guest()).user.name).toMatch(/^Guest \d{4}$/)
})

test('[AUTH-34] a guest sees own chats only, and operators see that there is no address', async () => {
  const [owner, other] = [await guest({ name: 'Ada' }), await guest({ name: 'Ada' })]
  const { chat } = await createChat(core, owner.actor, {})
  await sendText(core, owner.actor, { chatId: chat.id })
  const { items } = await listChats(core, owner.actor, { limit: 50 })
  expect(items.map(({ id }) => id)).toEqual([chat.id])
  expect((await listChats(core, other.actor, { limit: 50 })).items).toEqual([])
  await expect(getChat(core, other.actor, { chatId: chat.id })).rejects.toMatchObject({ code: 'not_found' })
  const seen = await getChat(core, await newOperator(core), { chatId: chat.id })
  expect(seen.chat.client).toEqual({ id: owner.user.id, name: 'Ada', email: null, verified: false, avatarUrl: null })
})

test('[AUTH-34] a guest signs in in secure mode too', async () => {
  const { token } = await signInGuest({ ...core, authMode: 'secure' }, {}, here)
  expect(await authenticate({ ...core, authMode: 'secure' }, token)).not.toBeNull()
  expect(await authenticate(core, token)).toBeNull()
})

test('[AUTH-38] what is counted of guests tells nobody the address, and is removed when the window has ended', async () => {
  let now = new Date()
  await using secure = await freshCore({ authMode: 'secure', clock: { now: () => now } })
  await signInGuest(secure.core, {}, here)
  const counted = async () => (await secure.db.pool.query('select * from sign_in_tries')).rows
  expect(await counted()).toHaveLength(1)
  expect(JSON.stringify(await counted())).not.toContain(here)
  await pruneSignIns(secure.db.orm, now)
  expect(await counted()).toHaveLength(1)
  now = new Date(now.getTime() + triesWindowMs)
  await pruneSignIns(secure.db.orm, now)
  expect(await counted()).toEqual([])
})
