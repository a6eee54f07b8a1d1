import type { Hint } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import type { LoginOutput } from '@deskbell/contract/users'
import { signInByPassword } from '@deskbell/testkit/accounts'
import { newChat, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toAppError } from '../app-error.ts'
import { accept, invite } from '../auth/accounts/invitations.ts'
import { createSetupLink, setUp } from '../auth/accounts/set-up.ts'
import { signIn } from '../auth/accounts/sign-in.ts'
import { authenticate } from '../auth/authenticate.ts'
import { signInGuest } from '../auth/sign-in-guest.ts'
import { startSession } from '../auth/start-session.ts'
import { assignOperator } from '../chats/changes/assign-operator.ts'
import { closeChat } from '../chats/changes/close-chat.ts'
import { getChat } from '../chats/get-chat.ts'
import { pageEvents } from '../chats/page-events.ts'
import type { Core } from '../context.ts'
import { disableOperator, enableOperator, listOperators, setAccess } from './manage-operators.ts'

const password = 'violet otter kayak 71'
const here = '203.0.113.7'
let fresh: FreshCore
let core: Core
let admin: Member
beforeEach(async () => {
  fresh = await freshCore({ authMode: 'secure' })
  core = fresh.core
  const token = (await createSetupLink(core)) ?? ''
  const email = `${uniqueId('admin')}@example.test`
  admin = await memberOf(email, await setUp(core, { token, email, name: 'Grace', password }, { address: here }))
})
afterEach(() => fresh.drop())

type Member = LoginOutput & { actor: Actor; email: string; operatorId: Actor['userId']; address: string }

async function memberOf(email: string, output: LoginOutput): Promise<Member> {
  const actor = await authenticate(core, output.token)
  if (actor === null) throw new Error('A fresh session was not accepted.')
  return { ...output, actor, email, operatorId: actor.userId, address: here }
}

async function newMember(access: 'admin' | 'operator', name = 'Ada'): Promise<Member> {
  const email = `${uniqueId('member')}@example.test`
  const { link } = await invite(core, admin.actor, {
    input: { email, access },
    linkTo: (token) => token,
    address: here,
  })
  return memberOf(email, await accept(core, { token: link, name, password }, { address: here }))
}

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )

test('[ACC-10] operators see each other by name, and only admins see addresses and who is disabled', async () => {
  const ada = await newMember('operator', 'Ada')
  const bob = await newMember('operator', 'Bob')
  await disableOperator(core, admin.actor, bob)
  const seenByAdmin = (await listOperators(core, admin.actor)).items
  expect(seenByAdmin.map(({ name, email, access, disabled }) => [name, email, access, disabled])).toEqual([
    ['Ada', ada.email, 'operator', false],
    ['Bob', bob.email, 'operator', true],
    ['Grace', admin.email, 'admin', false],
  ])
  const seenByOperator = (await listOperators(core, ada.actor)).items
  expect(seenByOperator.map(({ name, email }) => [name, email])).toEqual([
    ['Ada', null],
    ['Grace', null],
  ])
})

test('[ACC-11] N32: a disabled operator is signed out, cannot sign in, and its open chats return to the queue', async () => {
  const ada = await newMember('operator')
  const client = await authenticate(core, (await signInGuest(core, {}, here)).token)
  if (client === null) throw new Error('A guest was not signed in.')
  const [first, second, closed] = [
    await newChat(core, client),
    await newChat(core, client),
    await newChat(core, client),
  ]
  const chats = [first, second, closed]
  for (const { id: chatId } of chats) await assignOperator(core, ada.actor, { chatId })
  await closeChat(core, ada.actor, { chatId: closed.id })
  const hints: Hint[] = []
  core.bus.subscribe((hint) => hints.push(hint))
  const { operator } = await disableOperator(core, admin.actor, ada)
  expect(operator).toMatchObject({ id: ada.user.id, disabled: true })
  expect(hints).toContainEqual({ t: 'session', sessionId: ada.actor.sessionId })
  expect(await authenticate(core, ada.token)).toBeNull()
  expect(await code(signIn(core, { email: ada.email, password }, here))).toBe('invalid_credentials')
  const owners = await Promise.all(chats.map(({ id }) => getChat(core, admin.actor, { chatId: id })))
  expect(owners.map(({ chat }) => chat.operator?.id ?? null)).toEqual([null, null, ada.user.id])
  const { entries } = await pageEvents(core, admin.actor, { chatId: first.id, limit: 1 })
  expect(entries).toMatchObject([{ kind: 'assigned', actor: { id: admin.user.id }, data: { operator: null } }])
  await enableOperator(core, admin.actor, ada)
  expect(await code(signIn(core, { email: ada.email, password }, here))).toBe('ok')
})

test('[ACC-11] a repeated call returns the chats that were left, and ends no session', async () => {
  const ada = await newMember('operator')
  await disableOperator(core, admin.actor, ada)
  const { operator } = await disableOperator(core, admin.actor, ada)
  expect(operator.disabled).toBe(true)
})

test('[ACC-11] a sign-in at the same moment leaves no session', async () => {
  const ada = await newMember('operator')
  let disabling: Promise<unknown> = Promise.resolve()
  let isDisabled = false
  const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  const { token } = await startSession(core, {
    user: { ...ada.user, avatarId: null, createdAt: new Date(ada.user.createdAt) },
    access: 'operator',
    // The account is disabled after the sign-in has looked at it, and before its session is stored.
    async check() {
      disabling = disableOperator(core, admin.actor, ada).then(() => (isDisabled = true))
      await expect.poll(async () => isDisabled || (await fresh.db.pool.query(waits)).rowCount === 1).toBe(true)
    },
  })
  await disabling
  expect(await authenticate(core, token)).toBeNull()
})

test('[ACC-12] N32: another access ends the sessions, and the next one has it', async () => {
  const ada = await newMember('operator')
  const { operator } = await setAccess(core, admin.actor, { ...ada, access: 'admin' })
  expect(operator.access).toBe('admin')
  expect(await authenticate(core, ada.token)).toBeNull()
  const again = await memberOf(ada.email, await signInByPassword(core, { email: ada.email, password }, here))
  expect(again.actor.access).toBe('admin')
  expect(await code(setAccess(core, again.actor, { ...admin, access: 'operator' }))).toBe('ok')
  expect(await authenticate(core, admin.token)).toBeNull()
})

test('[ACC-13] the last admin stays, also when two admins disable each other at the same moment', async () => {
  expect(await code(disableOperator(core, admin.actor, admin))).toBe('last_admin')
  expect(await code(setAccess(core, admin.actor, { ...admin, access: 'operator' }))).toBe('last_admin')
  for (let round = 0; round < 5; round += 1) {
    const other = await newMember('admin')
    const codes = await Promise.all([
      code(disableOperator(core, admin.actor, other)),
      code(disableOperator(core, other.actor, admin)),
    ])
    expect(codes.filter((each) => each === 'ok')).toHaveLength(1)
    const { rows } = await fresh.db.pool.query(`select 1 from accounts where access = 'admin' and disabled_at is null`)
    expect(rows).toHaveLength(1)
    if (codes[0] !== 'ok') {
      await enableOperator(core, other.actor, admin)
      admin = await memberOf(admin.email, await signInByPassword(core, { email: admin.email, password }, here))
      await disableOperator(core, admin.actor, other)
    }
  }
})

test('[ACC-13] a disabled admin is no reason to lose the last one who can sign in', async () => {
  const other = await newMember('admin')
  await disableOperator(core, admin.actor, other)
  expect(await code(disableOperator(core, admin.actor, admin))).toBe('last_admin')
})

test('[ACC-14] who is no admin, or is none any more, manages nobody, and an unknown operator is not_found', async () => {
  const [ada, bob] = [await newMember('operator', 'Ada'), await newMember('operator', 'Bob')]
  for (const actor of [ada.actor, { ...ada.actor, access: 'admin' as const }])
    expect(await code(disableOperator(core, actor, bob))).toBe('forbidden')
  const client = (await signInGuest(core, {}, here)).user.id
  for (const operatorId of [client, 999_999 as typeof client])
    expect(await code(disableOperator(core, admin.actor, { operatorId, address: here }))).toBe('not_found')
  const other = await newMember('admin')
  await fresh.db.pool.query('delete from sessions where user_id = $1', [other.user.id])
  expect(await code(disableOperator(core, other.actor, bob))).toBe('unauthenticated')
})
