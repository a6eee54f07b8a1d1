import { Readable } from 'node:stream'
import type { Hint } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import { chatIdSchema } from '@deskbell/contract/ids'
import type { LoginOutput } from '@deskbell/contract/users'
import {
  actorOf,
  newChat,
  newChats,
  newClient,
  newGuest,
  newOperator,
  sendText,
  uniqueId,
} from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { type Claims, type IdentitySite, newSite } from '@deskbell/testkit/identities'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import { closeChat } from '../../chats/changes/close-chat.ts'
import { createChat } from '../../chats/create-chat.ts'
import { getChat } from '../../chats/get-chat.ts'
import { listChats } from '../../chats/list-chats.ts'
import { markRead } from '../../chats/marks/mark-read.ts'
import { pageEvents } from '../../chats/page-events.ts'
import type { Core } from '../../context.ts'
import { createUpload } from '../../files/create-upload.ts'
import { receivePart } from '../../files/receive-part.ts'
import { sendMessage } from '../../messages/send-message.ts'
import { identify } from './identify.ts'
import { createIdentityKey } from './manage-identity-keys.ts'

const audience = 'chat.example.test'
let fresh: FreshCore
let core: Core
let operator: Actor
let site: IdentitySite
beforeAll(async () => {
  fresh = await freshCore()
  core = fresh.core
  operator = await newOperator(core)
  site = await newSite((input) => createIdentityKey(core, operator, { ...input, address: '' }), { audience })
})
afterAll(() => fresh.drop())

const identifyAs = async (caller: Actor | null, subject: string, change: Claims = {}) =>
  identify(core, caller, { identity: await site.sign(subject, change), audience })
const newSubject = () => uniqueId('sub')
const newEmail = () => `${uniqueId('ada')}@example.test`
const chatsOf = async (actor: Actor) => (await listChats(core, actor, { limit: 100 })).items
const idsOf = async (login: LoginOutput) => (await chatsOf(await actorOf(core, login))).map(({ id }) => id).sort()
const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )

async function hintsOf(run: () => Promise<unknown>): Promise<Hint[]> {
  const hints: Hint[] = []
  const unsubscribe = core.bus.subscribe((hint) => hints.push(hint))
  await run()
  unsubscribe()
  return hints
}

test('[IDENT-14] a guest becomes the client of a new subject: nothing moves, its sessions end, operators see it', async () => {
  const guest = await newGuest(core)
  const chat = await newChat(core, guest)
  let login: LoginOutput | undefined
  const hints = await hintsOf(async () => {
    login = await identifyAs(guest, newSubject(), { name: 'Ada' })
  })
  expect(login?.user).toMatchObject({ id: guest.userId, name: 'Ada' })
  expect(hints).toEqual([
    { t: 'session', sessionId: guest.sessionId },
    expect.objectContaining({ t: 'chat', chatId: chat.id, clientId: guest.userId, rev: chat.rev + 1, entries: [] }),
  ])
  expect(await code(sendText(core, guest, { chatId: chat.id }))).toBe('unauthenticated')
  const shown = await getChat(core, operator, { chatId: chat.id })
  expect(shown.chat).toMatchObject({ client: { id: guest.userId, name: 'Ada', verified: true }, rev: chat.rev + 1 })
})

test('[IDENT-15] the chats of a guest move to the client of a known subject, with all that it has done', async () => {
  const subject = newSubject()
  const known = await identifyAs(null, subject, { name: 'Ada' })
  const guest = await newGuest(core)
  const [open, closed] = [await newChat(core, guest), await newChat(core, guest)]
  const sent = { chatId: open.id, clientMsgId: uniqueId('m'), text: 'Hello' }
  const { message } = await sendMessage(core, guest, sent)
  await sendText(core, operator, { chatId: open.id })
  await markRead(core, guest, { chatId: open.id, seq: 2 })
  await closeChat(core, operator, { chatId: closed.id })
  const login = await identifyAs(guest, subject)
  expect(login.user.id).toBe(known.user.id)
  const actor = await actorOf(core, login)
  const rows = await chatsOf(actor)
  expect(rows.map(({ id }) => id).sort()).toEqual([open.id, closed.id])
  for (const row of rows) expect(row.client).toMatchObject({ id: known.user.id, name: 'Ada', verified: true })
  expect(rows.find(({ id }) => id === open.id)).toMatchObject({ unread: 0 })
  const { entries, read } = await pageEvents(core, actor, { chatId: open.id, limit: 50 })
  expect(entries[0]).toMatchObject({ actor: { id: known.user.id, name: 'Ada' }, message: { userId: known.user.id } })
  expect(read.client).toBe(2)
  // What the guest's page sends again is known.
  expect(await sendMessage(core, actor, sent)).toMatchObject({ duplicate: true, message: { id: message.id } })
  expect(await chatsOf(guest)).toEqual([])
  expect(await code(getChat(core, guest, { chatId: open.id }))).toBe('not_found')
})

test('[IDENT-15] an id that both have given stays with the known client, and nothing fails', async () => {
  const subject = newSubject()
  const known = await actorOf(core, await identifyAs(null, subject))
  const guest = await newGuest(core)
  const [clientChatId, clientMsgId] = [uniqueId('c'), uniqueId('m')]
  const [kept, moved] = [
    (await createChat(core, known, { clientChatId })).chat,
    (await createChat(core, guest, { clientChatId })).chat,
  ]
  for (const [actor, chat] of [
    [known, kept],
    [guest, moved],
  ] as const)
    await sendMessage(core, actor, { chatId: chat.id, clientMsgId, text: 'Same' })
  const actor = await actorOf(core, await identifyAs(guest, subject))
  expect((await chatsOf(actor)).map(({ id }) => id).sort()).toEqual([kept.id, moved.id])
  expect((await createChat(core, actor, { clientChatId })).chat.id).toBe(kept.id)
  expect(await sendMessage(core, actor, { chatId: kept.id, clientMsgId, text: 'Same' })).toMatchObject({
    duplicate: true,
  })
  const { entries } = await pageEvents(core, actor, { chatId: moved.id, limit: 50 })
  expect(entries[0]).toMatchObject({ message: { text: 'Same', clientMsgId: null } })
})

test('[IDENT-16] N06: of several merges of one guest at once, one moves its chats, and later ones move nothing', async () => {
  const guest = await newGuest(core)
  const chatIds = await newChats(core, guest, 3)
  const subjects = [newSubject(), newSubject(), newSubject(), newSubject()]
  for (const subject of subjects.slice(0, 2)) await identifyAs(null, subject)
  const logins = await Promise.all(subjects.map((subject) => identifyAs(guest, subject)))
  const owned = await Promise.all(logins.map(idsOf))
  expect(owned.filter((ids) => ids.length > 0)).toEqual([chatIds])
  expect(new Set(logins.map(({ user }) => user.id)).size).toBe(4)
  expect(await idsOf(await identifyAs(guest, newSubject()))).toEqual([])
})

test('[IDENT-16] a session that has ended merges nobody', async () => {
  const [guest, subject] = [await newGuest(core), newSubject()]
  await identifyAs(null, subject)
  await identifyAs(guest, subject)
  expect((await identifyAs(guest, newSubject())).user.id).not.toBe(guest.userId)
})

test('[IDENT-17] a caller who is no guest is not merged', async () => {
  const [client, identified] = [await newClient(core), await actorOf(core, await identifyAs(null, newSubject()))]
  for (const caller of [client, identified, operator]) {
    if (caller.role === 'client') await newChat(core, caller)
    const login = await identifyAs(caller, newSubject())
    expect(login.user.id).not.toBe(caller.userId)
    expect(await idsOf(login)).toEqual([])
    expect(await code(sendText(core, caller, { chatId: chatIdSchema.parse(999_999) }))).toBe('not_found')
  }
})

async function clientOf(email: string) {
  const { chat } = await createChat(core, operator, { email, name: 'Ada by mail' })
  return chat
}

test('[IDENT-18] a client whom operators made by an address is claimed by a verified identity alone', async () => {
  const email = newEmail()
  const chat = await clientOf(email)
  for (const change of [{}, { email: newEmail() }, { email, email_verified: false }])
    expect((await identifyAs(null, newSubject(), change)).user.id).not.toBe(chat.client.id)
  const subject = newSubject()
  const login = await identifyAs(null, subject, { email })
  expect(login.user).toMatchObject({ id: chat.client.id, email, name: 'Ada by mail' })
  expect((await getChat(core, operator, { chatId: chat.id })).chat).toMatchObject({
    client: { verified: true },
    rev: chat.rev + 1,
  })
  expect((await identifyAs(null, newSubject(), { email })).user.id).not.toBe(chat.client.id)
})

test('[IDENT-18] for a known subject, the chats of the address move, and those of the guest with them', async () => {
  const [subject, email] = [newSubject(), newEmail()]
  const known = await identifyAs(null, subject)
  const byMail = await clientOf(email)
  const guest = await newGuest(core)
  const own = await newChat(core, guest)
  const login = await identifyAs(guest, subject, { email })
  expect(login.user).toMatchObject({ id: known.user.id, email })
  expect(await idsOf(login)).toEqual([byMail.id, own.id])
  expect((await clientOf(email)).client.id).toBe(known.user.id)
})

test('[IDENT-18] for a new subject the guest is the client, and the chats of the address move to it', async () => {
  const email = newEmail()
  const byMail = await clientOf(email)
  const guest = await newGuest(core)
  const own = await newChat(core, guest)
  const login = await identifyAs(guest, newSubject(), { email })
  expect(login.user).toMatchObject({ id: guest.userId, email })
  expect(await idsOf(login)).toEqual([byMail.id, own.id])
})

test('[IDENT-18] operators who open chats for an address while it is claimed lose none', async () => {
  const [subject, email] = [newSubject(), newEmail()]
  await identifyAs(null, subject)
  await clientOf(email)
  const [made, login] = await Promise.all([
    Promise.all(Array.from({ length: 8 }, () => clientOf(email))),
    identifyAs(null, subject, { email }),
  ])
  const ids = await idsOf(login)
  for (const { id } of made) expect(ids).toContain(id)
})

test('[IDENT-18] a chat that an operator opens for an address goes to the client who has claimed it meanwhile', async () => {
  const email = newEmail()
  const { client } = await clientOf(email)
  const { user } = await identifyAs(null, newSubject())
  const claiming = await fresh.db.pool.connect()
  await claiming.query('begin')
  await claiming.query('select from users where id = $1 for update', [client.id])
  await claiming.query('update users set email = null where id = $1', [client.id])
  await claiming.query('update users set email = $2 where id = $1', [user.id, email])
  const opening = clientOf(email)
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await waitFor(async () => (await fresh.db.pool.query(waiting)).rowCount === 1)
  await claiming.query('commit')
  claiming.release()
  expect((await opening).client.id).toBe(user.id)
})

test('[FILE-17] what a guest has uploaded goes along to the client that it turns out to be', async () => {
  const subject = newSubject()
  await identifyAs(null, subject)
  const guest = await newGuest(core)
  const chat = await newChat(core, guest)
  const upload = { chatId: chat.id, name: 'a.txt', claimedType: '', length: 3 }
  const { id } = await createUpload(core, guest, upload)
  await receivePart(core, guest, { id, offset: 0, body: Readable.from([Buffer.from('abc')]) })
  const client = await actorOf(core, await identifyAs(guest, subject))
  expect(client.userId).not.toBe(guest.userId)
  const item = { chatId: chat.id, text: '', clientMsgId: uniqueId('m'), uploadIds: [id] }
  const { message } = await sendMessage(core, client, item)
  expect(message.attachments).toMatchObject([{ id, name: 'a.txt', bytes: 3 }])
})
