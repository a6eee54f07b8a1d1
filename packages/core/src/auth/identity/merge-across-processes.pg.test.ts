import type { Actor } from '@deskbell/contract/actor'
import type { ChatId } from '@deskbell/contract/ids'
import { actorOf, newChat, newGuest, newOperator, sendText, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { type IdentitySite, newSite } from '@deskbell/testkit/identities'
import { foldInbox, probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import { createChat } from '../../chats/create-chat.ts'
import { followChat } from '../../chats/follow-chat.ts'
import { listChats } from '../../chats/list-chats.ts'
import { pageEvents } from '../../chats/page-events.ts'
import type { Core } from '../../context.ts'
import { sendMessage } from '../../messages/send-message.ts'
import { typeInChat } from '../../presence/type-in-chat.ts'
import { endedSessions } from '../ended-sessions.ts'
import { identify } from './identify.ts'
import { createIdentityKey } from './manage-identity-keys.ts'

const audience = 'chat.example.test'
let fresh: FreshCore
/** Two processes without a bus between them: nothing but the database tells one what the other did. */
let here: Core
let there: Core
let operator: Actor
let site: IdentitySite
beforeAll(async () => {
  fresh = await freshCore()
  here = fresh.core
  there = await fresh.another()
  operator = await newOperator(here)
  site = await newSite((input) => createIdentityKey(here, operator, { ...input, address: '' }), { audience })
})
afterAll(() => fresh.drop())

const identifyAs = async (core: Core, caller: Actor | null, subject: string) =>
  identify(core, caller, { identity: await site.sign(subject), audience })
const follow = (core: Core, actor: Actor, chatId: ChatId) =>
  new StreamProbe((signal) => followChat(core, actor, { chatId, signal }))
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )

test('[IDENT-19] N18: without a bus, another process shows the moved chat to its new client, and nothing to the guest', async () => {
  const subject = uniqueId('sub')
  const known = await actorOf(there, await identifyAs(here, null, subject))
  const guest = await newGuest(here)
  const chat = await newChat(here, guest)
  await sendText(here, guest, { chatId: chat.id })
  await using guests = follow(there, guest, chat.id)
  await using operators = follow(there, operator, chat.id)
  await using list = probeInbox(there, known)
  await using console_ = probeInbox(there, operator)
  await using guestsList = probeInbox(there, guest)
  for (const probe of [guests, operators, list, console_, guestsList]) await probe.until('live')
  expect(await codeOf(typeInChat(there, known, { chatId: chat.id }))).toBe('not_found')

  const merged = await actorOf(there, await identifyAs(here, guest, subject))
  await list.when(() => foldInbox(list).has(chat.id))
  await console_.when(() => foldInbox(console_).get(chat.id)?.client.id === known.userId)
  await Promise.all([operators.until('reset'), guests.until('reset')])
  expect(foldInbox(list).get(chat.id)?.client).toMatchObject({ id: known.userId, verified: true })
  expect(await endedSessions(there, [guest.sessionId])).toEqual([guest.sessionId])
  expect(await codeOf(typeInChat(there, merged, { chatId: chat.id }))).toBe('ok')

  await using owners = follow(there, merged, chat.id)
  await using again = follow(there, operator, chat.id)
  await Promise.all([owners.until('live'), again.until('live')])
  await sendText(here, operator, { chatId: chat.id })
  const hasNews = (probe: typeof owners) => probe.of('ev').some(({ events }) => events.some(({ seq }) => seq === 2))
  await Promise.all([owners.when(() => hasNews(owners)), again.when(() => hasNews(again))])
  // The streams of the guest's sockets, until these are closed.
  expect(hasNews(guests)).toBe(false)
  expect(foldInbox(guestsList).get(chat.id)?.client.id ?? guest.userId).toBe(guest.userId)
  const authors = [owners, again].flatMap((probe) =>
    probe.of('ev').flatMap(({ events }) => events.map(({ actor }) => actor?.id)),
  )
  expect(authors).not.toContain(guest.userId)
  expect(await codeOf(pageEvents(there, guest, { chatId: chat.id, limit: 10 }))).toBe('not_found')
})

test('[IDENT-20] while a guest writes on two processes and is merged, what was acknowledged is the client’s, once', async () => {
  const outcomes = new Set<string>()
  for (let round = 0; round < 12; round += 1) for (const outcome of await raceOnce(round)) outcomes.add(outcome)
  expect(outcomes).toEqual(new Set(['ok', 'unauthenticated']))
}, 120_000)

const cores = () => [here, there] as const

/** Returns how the guest's calls ended. */
async function raceOnce(round: number): Promise<string[]> {
  const subject = uniqueId('sub')
  if (round % 3 !== 0) await identifyAs(here, null, subject)
  const guest = await newGuest(here)
  const chats = [await newChat(here, guest), await newChat(here, guest)]
  const acknowledged: { chatId: ChatId; clientMsgId: string; text: string }[] = []
  const opened: ChatId[] = []
  const outcomes: string[] = []
  const write = async (core: Core, place: number) => {
    for (let nth = 0; nth < 12; nth += 1) {
      const chatId = chats[(place + nth) % 2]?.id ?? guest.userId
      const sent = { chatId: chatId as ChatId, clientMsgId: uniqueId('m'), text: `message ${nth}` }
      const outcome = await codeOf(sendMessage(core, guest, sent))
      outcomes.push(outcome)
      if (outcome === 'ok') acknowledged.push(sent)
    }
  }
  const open = async (core: Core) => {
    for (let nth = 0; nth < 4; nth += 1) {
      const outcome = await codeOf(
        createChat(core, guest, {}).then(({ chat }) => {
          opened.push(chat.id)
        }),
      )
      outcomes.push(outcome)
    }
  }
  const merge = async () => {
    while (acknowledged.length < 3 + round) await new Promise((resolve) => setImmediate(resolve))
    return await identifyAs(round % 2 === 0 ? here : there, guest, subject)
  }
  const [login] = await Promise.all([
    merge(),
    ...cores().flatMap((core) => [write(core, 0), write(core, 1), open(core)]),
  ])
  const client = await actorOf(here, login)
  const { items } = await listChats(here, client, { limit: 100 })
  expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining([...chats.map(({ id }) => id), ...opened]))
  for (const { id } of chats) {
    const { entries } = await pageEvents(there, client, { chatId: id, limit: 200 })
    const stored = entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.clientMsgId] : []))
    expect(stored.toSorted()).toEqual(
      acknowledged.flatMap(({ chatId, clientMsgId }) => (chatId === id ? [clientMsgId] : [])).toSorted(),
    )
    expect(entries.every(({ actor }) => actor?.id === client.userId)).toBe(true)
  }
  for (const sent of acknowledged.slice(0, 4))
    expect(await sendMessage(there, client, sent)).toMatchObject({ duplicate: true })
  const { rows } = await fresh.db.pool.query('select id from chats where user_id = $1 and $1 <> $2', [
    guest.userId,
    client.userId,
  ])
  expect(rows).toEqual([])
  return outcomes
}
