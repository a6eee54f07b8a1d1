import type { ChatId } from '@deskbell/contract/ids'
import { actorOf, accountAddress as address, type Member, newMember, setUpAdmin } from '@deskbell/testkit/accounts'
import { newChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { toAppError } from '../app-error.ts'
import { authenticate } from '../auth/authenticate.ts'
import { login } from '../auth/login.ts'
import { SessionPruner } from '../auth/session-pruner.ts'
import { signInGuest } from '../auth/sign-in-guest.ts'
import { assignOperator } from '../chats/changes/assign-operator.ts'
import { closeChat } from '../chats/changes/close-chat.ts'
import { reopenChat } from '../chats/changes/reopen-chat.ts'
import { returnChatsOfInactive } from '../chats/changes/return-chats.ts'
import { getChat } from '../chats/get-chat.ts'
import { pageEvents } from '../chats/page-events.ts'
import type { Core } from '../context.ts'
import { createKey, deleteKey } from './keys/manage-keys.ts'
import { disableOperator, enableOperator } from './manage-operators.ts'

let fresh: FreshCore
let core: Core
let admin: Member
let ada: Member
let chatId: ChatId
beforeEach(async () => {
  fresh = await freshCore({ authMode: 'secure' })
  core = fresh.core
  admin = await setUpAdmin(core)
  ada = await newMember(core, admin, { access: 'admin' })
  chatId = (await newChat(core, await actorOf(core, await signInGuest(core, {}, address)))).id
})
afterEach(() => fresh.drop())

const disable = (member: Member, by: Member) => disableOperator(core, by.actor, { operatorId: member.user.id, address })

async function operatorOfChat(): Promise<number | null> {
  return (await getChat(core, admin.actor, { chatId })).chat.operator?.id ?? null
}

test('[ACC-11] the chats of an admin who disables itself return to the queue', async () => {
  await assignOperator(core, ada.actor, { chatId })
  await disable(ada, ada)
  expect(await operatorOfChat()).toBeNull()
  const { entries } = await pageEvents(core, admin.actor, { chatId, limit: 1 })
  expect(entries).toMatchObject([{ kind: 'assigned', actor: { id: ada.user.id }, data: { operator: null } }])
})

test('[ACC-11] they return too when the admin who disables an operator loses its session meanwhile', async () => {
  await assignOperator(core, ada.actor, { chatId })
  core.bus.subscribe((hint) => {
    if (hint.t === 'session') void fresh.db.pool.query('delete from sessions where id = $1', [admin.actor.sessionId])
  })
  await disable(ada, admin)
  expect(await authenticate(core, admin.token)).toBeNull()
  expect((await fresh.db.pool.query('select operator_id from chats')).rows).toEqual([{ operator_id: null }])
})

test('[ACC-11] [ACC-13] a disabling that is refused returns no chat', async () => {
  await disable(ada, admin)
  await assignOperator(core, admin.actor, { chatId })
  expect(toAppError(await disable(admin, admin).catch((error: unknown) => error)).code).toBe('last_admin')
  expect(await operatorOfChat()).toBe(admin.user.id)
})

test('[ACC-29] a chat is not assigned to a disabled operator, and to an enabled one it is', async () => {
  await disable(ada, admin)
  const assign = () => assignOperator(core, admin.actor, { chatId, operatorId: ada.user.id })
  expect(toAppError(await assign().catch((error: unknown) => error)).code).toBe('not_found')
  expect(await operatorOfChat()).toBeNull()
  await enableOperator(core, admin.actor, { operatorId: ada.user.id, address })
  expect((await assign()).chat.operator?.id).toBe(ada.user.id)
})

test('[ACC-29] a closed chat of a disabled operator is reopened without one', async () => {
  await assignOperator(core, ada.actor, { chatId })
  await closeChat(core, ada.actor, { chatId })
  await disable(ada, admin)
  const { chat } = await reopenChat(core, admin.actor, { chatId })
  expect(chat).toMatchObject({ status: 'open', operator: null })
  const { entries } = await pageEvents(core, admin.actor, { chatId, limit: 2 })
  expect(entries.map(({ kind }) => kind)).toEqual(['reopened', 'assigned'])
})

test('[ACC-29] an operator who takes a chat at the moment in which it is disabled does not keep it', async () => {
  const holder = await fresh.db.pool.connect()
  const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  try {
    // The chat is taken with a session that is still active, and stored after the disabling has looked for its chats.
    await holder.query('begin')
    await holder.query('lock table chat_events in exclusive mode')
    const taking = assignOperator(core, ada.actor, { chatId })
    await waitFor(async () => (await fresh.db.pool.query(waits)).rowCount === 1, { what: 'the chat being taken' })
    await disable(ada, admin)
    await holder.query('rollback')
    expect((await taking).chat.operator).toBeNull()
  } finally {
    await holder.query('rollback')
    holder.release()
  }
  expect(await operatorOfChat()).toBeNull()
})

test('[KEY-6] the open chats of a deleted key return to the queue, and none is given to its operator', async () => {
  const { key, secret } = await createKey(core, admin.actor, { name: 'Shop', scopes: ['manage'], address })
  const shop = await authenticate(core, secret)
  if (shop === null) throw new Error('A fresh key was not accepted.')
  expect((await assignOperator(core, shop, { chatId })).chat.operator?.id).toBe(shop.userId)
  await deleteKey(core, admin.actor, { keyId: key.id, address })
  expect(await operatorOfChat()).toBeNull()
  const assigning = assignOperator(core, admin.actor, { chatId, operatorId: shop.userId })
  expect(toAppError(await assigning.catch((error: unknown) => error)).code).toBe('not_found')
})

test('[ACC-29] the hourly job returns the chats of operators of open mode, who have no account', async () => {
  const { user } = await login(
    { ...core, authMode: 'open' },
    { email: 'max@example.test', name: 'Max', role: 'operator' },
  )
  await fresh.db.pool.query('update chats set operator_id = $1', [user.id])
  await returnChatsOfInactive({ ...core, authMode: 'open' })
  expect(await operatorOfChat()).toBe(user.id)
  await returnChatsOfInactive(core)
  expect(await operatorOfChat()).toBeNull()
  await assignOperator(core, ada.actor, { chatId })
  await returnChatsOfInactive(core)
  expect(await operatorOfChat()).toBe(ada.user.id)
})

test('[ACC-29] the job that returns them runs every hour', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const returnChats = vi.fn(async () => {})
  const pruner = new SessionPruner({ db: fresh.db, clock: core.clock, log: silentLogger, returnChats })
  pruner.start()
  vi.advanceTimersByTime(60 * 60_000)
  await pruner.stop()
  expect(returnChats).toHaveBeenCalledOnce()
})
