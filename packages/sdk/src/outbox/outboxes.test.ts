import { chatIdSchema, userIdSchema } from '@deskbell/contract/ids'
import { waitFor } from '@deskbell/testkit/wait-for'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStore, type Writable } from '../base/store.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import { fakeServerApi } from '../testing/fake-server-api.ts'
import { ModelChat } from '../testing/outbox/model-chat.ts'
import { ModelDevice } from '../testing/outbox/model-device.ts'
import { Outboxes } from './outboxes.ts'
import type { Browser, DatabaseFactory } from './storage/browser.ts'

const [ann, bob] = [userIdSchema.parse(1), userIdSchema.parse(2)]
const [here, elsewhere] = [chatIdSchema.parse(1), chatIdSchema.parse(2)]
const createdAt = '2026-01-01T00:00:00.000Z'

let indexedDB: DatabaseFactory
let device: ModelDevice
let chat: ModelChat
let connection: Writable<ConnectionState>
let opened: Outboxes[]

beforeEach(() => {
  indexedDB = new IDBFactory()
  device = new ModelDevice()
  chat = new ModelChat()
  connection = createStore<ConnectionState>({ kind: 'waiting', attempt: 3, retryAt: 0 })
  opened = []
})

afterEach(() => {
  for (const outboxes of opened) outboxes.close()
})

/** The outboxes of a page. A part of the browser that is null is refused there. */
function openPage(browser: Partial<Browser> = {}): Outboxes {
  return open({ ...device.openTab().browser, indexedDB, ...browser })
}

/** `browser` is null outside of a page. */
function open(browser: Browser | null): Outboxes {
  const openFileOutbox = () => new Promise<never>(() => {})
  const options = { server: 'https://desk.example', sendTimeoutMs: 10_000, browser, openFileOutbox }
  const outboxes = new Outboxes(fakeServerApi({ connection, random: () => 0.05, sendBatch: chat.sendBatch }), options)
  opened.push(outboxes)
  return outboxes
}

function write(outboxes: Outboxes, clientMsgId: string, chatId = here): void {
  outboxes.of(chatId).add({ clientMsgId, text: 'x', createdAt })
}

function shown(outboxes: Outboxes, chatId = here): string[] {
  return outboxes
    .of(chatId)
    .queue.getSnapshot()
    .map((item) => item.clientMsgId)
}

/** Waits until the message is in the database, not only on its way there. */
async function kept(outboxes: Outboxes, clientMsgId: string, chatId = here): Promise<void> {
  const isKept = () =>
    outboxes
      .of(chatId)
      .queue.getSnapshot()
      .some((item) => item.clientMsgId === clientMsgId && item.order !== null)
  await waitFor(isKept, { what: `${clientMsgId} in the database` })
}

/** Everything that needs no database has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** A database that opens once `arrive` is called. */
function slowDatabase(real: DatabaseFactory): DatabaseFactory & { arrive(): void } {
  const waiting: (() => void)[] = []
  return {
    open(name, version) {
      const slow = Object.assign(new EventTarget(), { result: undefined as never, error: null })
      waiting.push(() => {
        const request = real.open(name, version)
        request.addEventListener('success', () => {
          Object.assign(slow, { result: request.result })
          slow.dispatchEvent(new Event('success'))
        })
      })
      return slow
    },
    arrive() {
      for (const open of waiting.splice(0)) open()
    },
  }
}

describe('Outboxes', () => {
  test('[SDK-11] messages queued in a chat that nobody opens any more are sent too', async () => {
    const before = openPage()
    before.setUser(ann, true)
    write(before, 'a', elsewhere)
    await kept(before, 'a', elsewhere)
    before.close()
    connection.set({ kind: 'online', via: 'socket' })
    const after = openPage()
    after.setUser(ann, true)
    after.of(here).watch().resumed()
    await waitFor(() => chat.requests.length === 1, { what: 'the request of the other chat' })
    expect(chat.requests[0]?.ids).toEqual(['a'])
  })

  test('[SDK-10] messages of one account are never shown or sent for another, and wait for its return', async () => {
    const page = openPage()
    page.setUser(ann, true)
    page.of(here).watch().resumed()
    write(page, 'from ann')
    await kept(page, 'from ann')
    page.endSession()
    expect(shown(page)).toEqual([])
    page.startSession(bob, { isOwn: false })
    connection.set({ kind: 'online', via: 'socket' })
    write(page, 'from bob')
    await waitFor(() => chat.requests.length > 0)
    expect(shown(page)).toEqual(['from bob'])
    expect(chat.requests.map(({ ids }) => ids)).toEqual([['from bob']])
    page.startSession(ann, { isOwn: false })
    await waitFor(() => chat.requests.length > 1)
    expect(shown(page)).toEqual(['from ann'])
    expect(chat.requests[1]?.ids).toEqual(['from ann'])
  })

  test('[SDK-10] a message written before the user is known waits, and is reported as only in memory', async () => {
    const page = openPage()
    connection.set({ kind: 'online', via: 'socket' })
    expect(page.state.getSnapshot()).toEqual({ kept: true })
    write(page, 'early')
    expect(page.state.getSnapshot()).toEqual({ kept: false })
    expect(chat.requests).toEqual([])
    page.setUser(ann, true)
    expect(page.state.getSnapshot()).toEqual({ kept: true })
    await waitFor(() => chat.requests.length === 1)
    expect(chat.requests[0]?.ids).toEqual(['early'])
  })

  test('[SDK-10] messages of a user named by the program are shown, and sent once the user is confirmed', async () => {
    const before = openPage()
    before.setUser(ann, true)
    write(before, 'a')
    await kept(before, 'a')
    before.close()
    connection.set({ kind: 'online', via: 'socket' })
    const after = openPage()
    after.setUser(ann, false)
    after.of(here).watch().resumed()
    await kept(after, 'a')
    expect(chat.requests).toEqual([])
    after.setUser(ann, true)
    await waitFor(() => chat.requests.length === 1)
  })

  test('[SDK-10] when the server names another user, nothing of the first is shown or sent', async () => {
    const page = openPage()
    connection.set({ kind: 'online', via: 'socket' })
    page.setUser(ann, false)
    page.of(here).watch().resumed()
    write(page, 'from ann')
    await kept(page, 'from ann')
    page.setUser(bob, true)
    expect(shown(page)).toEqual([])
    write(page, 'from bob')
    await waitFor(() => chat.requests.length === 1)
    expect(chat.requests[0]?.ids).toEqual(['from bob'])
  })

  test('[SDK-10] a message written before anybody is known is not sent as the user who signs in then', async () => {
    const page = openPage()
    const outcome = page.send(here, 'x', { clientMsgId: 'nobody knows whose' })
    page.startSession(bob, { isOwn: false })
    await expect(outcome).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(shown(page)).toEqual([])
  })

  test('[SDK-24] a message written before a sign-in is sent when nobody else can have written it', async () => {
    const page = openPage()
    connection.set({ kind: 'online', via: 'socket' })
    write(page, 'early')
    page.startSession(bob, { isOwn: true })
    await waitFor(() => chat.requests.length === 1)
    expect(chat.requests[0]?.ids).toEqual(['early'])
  })

  test('[SDK-24] a message that an unknown user may have written is held, also after a reload', async () => {
    const page = openPage()
    connection.set({ kind: 'online', via: 'socket' })
    write(page, 'early')
    page.startSession(bob, { isOwn: false })
    await kept(page, 'early')
    page.close()
    const after = openPage()
    after.setUser(bob, true)
    await kept(after, 'early')
    const item = after.of(here).queue.getSnapshot()[0]
    expect(item).toMatchObject({ clientMsgId: 'early', stage: 'held' })
    expect(chat.requests).toEqual([])
  })

  test('[SDK-21] messages of a database that opens late are shown and sent, and newer ones move there', async () => {
    const before = openPage()
    before.setUser(ann, true)
    write(before, 'old')
    await kept(before, 'old')
    before.close()
    connection.set({ kind: 'online', via: 'socket' })
    const slow = slowDatabase(indexedDB)
    const page = openPage({ indexedDB: slow })
    page.setUser(ann, true)
    page.of(here).watch().resumed()
    write(page, 'new')
    expect(shown(page)).toEqual(['new'])
    await waitFor(() => chat.requests.length === 1, { what: 'what was written meanwhile' })
    expect(chat.requests[0]?.ids).toEqual(['new'])
    expect(page.state.getSnapshot()).toMatchObject({ kept: true })
    chat.requests[0]?.answer()
    slow.arrive()
    await waitFor(() => chat.requests.length === 2, { what: 'what the database had' })
    expect(chat.requests[1]?.ids).toEqual(['old'])
    expect(page.state.getSnapshot()).toMatchObject({ kept: true })
  })

  test('[SDK-10] without a database messages wait in memory, which is reported, and are sent', async () => {
    const page = openPage({ indexedDB: null, localStorage: null })
    page.setUser(ann, true)
    page.of(here).watch().resumed()
    write(page, 'a')
    await waitFor(() => !page.state.getSnapshot().kept, { what: 'the program being told' })
    expect(shown(page)).toEqual(['a'])
    connection.set({ kind: 'online', via: 'socket' })
    await waitFor(() => chat.requests.length === 1)
  })

  test('[SDK-10] a database whose `open` throws is no error for the program', async () => {
    const refusing: DatabaseFactory = {
      open() {
        throw new DOMException('Not here.', 'SecurityError')
      },
    }
    const page = openPage({ indexedDB: refusing, localStorage: null })
    page.setUser(ann, true)
    const outcome = page.send(here, 'x', { clientMsgId: 'a' })
    await waitFor(() => !page.state.getSnapshot().kept)
    connection.set({ kind: 'online', via: 'socket' })
    await waitFor(() => chat.requests.length === 1)
    chat.requests[0]?.answer()
    await expect(outcome).resolves.toMatchObject({ clientMsgId: 'a' })
  })

  test('[SDK-10] a page that only signs in does not read stored messages, nor does a closed one', () => {
    const texts = device.openTab().browser.localStorage
    const look = vi.fn<(index: number) => string | null>(() => null)
    const page = openPage({ localStorage: texts === null ? null : { ...texts, length: 1, key: look } })
    page.startSession(ann, { isOwn: false })
    expect(look).not.toHaveBeenCalled()
    page.setUser(ann, true)
    expect(look).toHaveBeenCalled()
    page.close()
    look.mockClear()
    page.setUser(ann, true)
    expect(look).not.toHaveBeenCalled()
  })

  test('[SDK-12] after the end of a session messages wait for the next, only waiting sends are rejected', async () => {
    const page = openPage()
    page.setUser(ann, true)
    page.of(here).watch().resumed()
    write(page, 'shown')
    const outcome = page.send(here, 'x', { clientMsgId: 'awaited' })
    connection.set({ kind: 'ended', reason: 'unauthenticated' })
    await expect(outcome).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(page.of(here).queue.getSnapshot()).toMatchObject([{ clientMsgId: 'shown', stage: 'queued' }])
    connection.set({ kind: 'idle' })
    await waitFor(() => chat.requests.length === 1)
    expect(chat.requests[0]?.ids).toEqual(['shown'])
  })
})

describe('the user of the outboxes', () => {
  test('[SDK-10] a user who is named again is the same: nothing is rejected, and the database is opened once', async () => {
    const openDatabase = vi.spyOn(indexedDB, 'open')
    const page = openPage()
    page.setUser(ann, false)
    const outcome = page.send(here, 'x', { clientMsgId: 'a' })
    page.setUser(ann, true)
    page.startSession(ann, { isOwn: false })
    connection.set({ kind: 'online', via: 'socket' })
    await waitFor(() => chat.requests.length === 1)
    chat.requests[0]?.answer()
    await expect(outcome).resolves.toMatchObject({ clientMsgId: 'a' })
    expect(openDatabase).toHaveBeenCalledOnce()
  })

  test('[SDK-10] what is written after another user signed in is not kept for the one before', async () => {
    const page = openPage()
    page.setUser(ann, true)
    page.startSession(bob, { isOwn: true })
    write(page, 'from bob')
    expect(page.state.getSnapshot()).toEqual({ kept: false })
    page.setUser(bob, true)
    await kept(page, 'from bob')
    page.setUser(ann, true)
    expect(shown(page)).toEqual([])
  })

  test('[SDK-10] the confirmation of one user does not count for the next', async () => {
    const page = openPage({ indexedDB: null })
    connection.set({ kind: 'online', via: 'socket' })
    page.setUser(ann, true)
    page.endSession()
    page.setUser(bob, false)
    write(page, 'from bob')
    await kept(page, 'from bob')
    await settled()
    expect(chat.requests).toEqual([])
    page.setUser(bob, true)
    await waitFor(() => chat.requests.length === 1)
  })

  test('[SDK-10] a chat without messages gives nothing to report, whoever comes or goes', () => {
    const page = openPage()
    const reports = vi.fn()
    page.state.subscribe(reports)
    page.endSession()
    page.of(here)
    page.startSession(bob, { isOwn: false })
    expect(reports).not.toHaveBeenCalled()
    page.endSession()
    page.of(elsewhere)
    write(page, 'early')
    expect(page.state.getSnapshot()).toEqual({ kept: false })
  })

  test('[SDK-10] outside of a page messages are in memory, sent without a user, and end with their session', async () => {
    const program = open(null)
    expect(program.state.getSnapshot()).toEqual({ kept: false })
    write(program, 'from ann')
    await kept(program, 'from ann')
    program.setUser(ann, true)
    program.endSession()
    expect(shown(program)).toEqual([])
    expect(program.state.getSnapshot()).toEqual({ kept: false })
    connection.set({ kind: 'online', via: 'socket' })
    write(program, 'from bob')
    await waitFor(() => chat.requests.length === 1)
    expect(chat.requests[0]?.ids).toEqual(['from bob'])
  })
})

describe('the outbox of a chat', () => {
  test('[SDK-10] what one page writes is shown in the others', async () => {
    const [first, second] = [openPage(), openPage()]
    for (const page of [first, second]) {
      page.setUser(ann, true)
      page.of(here).watch().resumed()
    }
    write(second, 'a')
    await kept(second, 'a')
    write(first, 'b')
    await kept(second, 'b')
  })

  test('[SDK-3] an id stands for one text: the same again waits for the same message, another is refused', async () => {
    const page = openPage()
    page.setUser(ann, true)
    connection.set({ kind: 'online', via: 'socket' })
    const first = page.send(here, 'x', { clientMsgId: 'a' })
    const reused = page.send(here, 'y', { clientMsgId: 'a' })
    await expect(reused).rejects.toMatchObject({ code: 'client_msg_id_reused' })
    const [again, other] = [page.send(here, 'x', { clientMsgId: 'a' }), page.send(here, 'y', { clientMsgId: 'b' })]
    await waitFor(() => chat.requests.length === 1)
    chat.requests[0]?.answer()
    expect(await again).toEqual(await first)
    await waitFor(() => chat.log.length === 2 || chat.requests.length === 2)
    chat.requests[1]?.answer()
    await expect(other).resolves.toMatchObject({ clientMsgId: 'b' })
  })

  test('[SDK-3] it is closed once nothing is queued and nobody follows the chat', async () => {
    const page = openPage()
    page.setUser(ann, true)
    connection.set({ kind: 'online', via: 'socket' })
    const outbox = page.of(here)
    write(page, 'a')
    await waitFor(() => chat.requests.length === 1)
    expect(page.of(here)).toBe(outbox)
    chat.requests[0]?.answer()
    await waitFor(() => page.of(here) !== outbox, { what: 'the end of the outbox' })
    await expect(outbox.outcome('b')).rejects.toMatchObject({ code: 'unavailable' })
  })
})
