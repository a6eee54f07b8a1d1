import type { LogEntry } from '@deskbell/contract/events'
import { chatIdSchema } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStore, type Writable } from '../base/store.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import { fakeServerApi } from '../testing/fake-server-api.ts'
import { ModelChat } from '../testing/outbox/model-chat.ts'
import { type AccountStore, createMemoryAccountStore } from './account-store.ts'
import { ChatOutbox, type OutboxOptions } from './chat-outbox.ts'

const chatId = chatIdSchema.parse(1)
const createdAt = '2026-01-01T00:00:00.000Z'
/** The wait after a new connection is shorter. */
const firstWaitMs = 500

let connection: Writable<ConnectionState>
let chat: ModelChat
let store: AccountStore
let reported: (string | null)[][]
let ownIds: Set<string> | null
let outbox: ChatOutbox
let opened: ChatOutbox[]

beforeEach(() => {
  vi.useFakeTimers()
  connection = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
  chat = new ModelChat()
  reported = []
  ownIds = null
  opened = []
  store = openStore()
  outbox = open()
})

afterEach(() => {
  for (const each of opened) each.close()
  vi.useRealTimers()
})

/** A storage that notes what is reported to the other tabs. */
function openStore(): AccountStore {
  const opened = createMemoryAccountStore()
  vi.spyOn(opened, 'publishStored').mockImplementation((_, stored) => {
    if (stored.length > 0) reported.push(stored.map((message) => message.clientMsgId))
  })
  return opened
}

function open(given: Partial<OutboxOptions> = {}): ChatOutbox {
  const isOwn = (message: Pick<Message, 'clientMsgId'>) => ownIds?.has(message.clientMsgId ?? '') ?? true
  const serverApi = fakeServerApi({ connection, random: () => 0.05, sendBatch: chat.sendBatch, isOwn })
  const fresh = new ChatOutbox(serverApi, { chatId, sendTimeoutMs: 10_000, accountStore: store, ...given })
  opened.push(fresh)
  return fresh
}

/** Another page stores these on the server; they are the next entries of the log. */
function logged(...ids: string[]): LogEntry[] {
  chat.log.push(...ids)
  return chat.entries().filter((entry) => entry.kind === 'message' && ids.includes(entry.message.clientMsgId ?? ''))
}

function messages(...ids: string[]): Message[] {
  return logged(...ids).flatMap((entry) => (entry.kind === 'message' ? entry.message : []))
}

async function add(...ids: string[]): Promise<void> {
  for (const clientMsgId of ids) outbox.add({ clientMsgId, text: 'x', createdAt })
  await tick()
}

/** Another tab writes this row, or one that had lost the storage for a while writes it again. */
async function rowAppears(clientMsgId: string): Promise<void> {
  await store.write(chatId, { do: 'add', item: { clientMsgId, text: 'x', createdAt, waitsSince: Date.now() } })
  outbox.onStoredElsewhere([])
  await tick()
}

/** Another tab has sent or discarded the message. */
async function rowGoes(clientMsgId: string): Promise<void> {
  await store.write(chatId, { do: 'remove', clientMsgId })
  outbox.onStoredElsewhere([])
  await tick()
}

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const stages = () => outbox.queue.getSnapshot().map(({ clientMsgId, stage }) => `${clientMsgId} ${stage}`)
const sent = () => chat.requests.map(({ ids }) => ids)

describe('an outbox and the shown log', () => {
  test('[SDK-11] only what was queued is reported to the other tabs as stored', async () => {
    outbox.watch().resumed()
    await add('a')
    outbox.observe(logged('written before', 'a'), 2)
    await tick()
    expect(reported).toEqual([['a']])
    outbox.observe(logged('written elsewhere'), 3)
    expect(reported).toEqual([['a']])
  })

  test('[SDK-10] a message of another user with the same id is not taken for the own one', async () => {
    ownIds = new Set()
    outbox.watch().resumed()
    connection.set({ kind: 'waiting', attempt: 0, retryAt: 0 })
    await add('a')
    outbox.observe(logged('a'), 1)
    await rowAppears('b')
    expect(stages()).toEqual(['a queued', 'b queued'])
  })

  test('[SDK-10] before the user is known, a message in the log is done', async () => {
    outbox = open({ accountStore: null })
    outbox.watch().resumed()
    await add('a')
    outbox.observe(logged('a'), 1)
    expect(stages()).toEqual([])
  })

  test('[SDK-11] a row of a message in the log is reported once, and not sent, while one view is left', async () => {
    const [first] = [outbox.watch(), outbox.watch().resumed()]
    outbox.observe(logged('a'), 1)
    first.leave()
    await rowAppears('a')
    expect([stages(), sent(), reported]).toEqual([[], [], [['a']]])
  })

  test('[SDK-3] an id is asked for anew once no view is left', async () => {
    const view = outbox.watch()
    view.resumed()
    outbox.observe(logged('a'), 1)
    await add('keeps it open')
    view.leave()
    const outcome = outbox.outcome('a')
    await add('a')
    chat.requests[0]?.answer()
    await tick()
    expect(sent()).toEqual([['keeps it open'], ['a']])
    chat.requests[1]?.answer()
    await expect(outcome).resolves.toMatchObject({ clientMsgId: 'a', seq: 1 })
  })
})

describe('what another tab reports', () => {
  test('[SDK-3] a send that waits here for a message is answered', async () => {
    connection.set({ kind: 'waiting', attempt: 0, retryAt: 0 })
    const outcome = outbox.outcome('a')
    await add('a')
    outbox.onStoredElsewhere(messages('a'))
    await expect(outcome).resolves.toMatchObject({ clientMsgId: 'a' })
    await tick()
    expect(sent()).toEqual([])
  })

  test('[SDK-11] a message that it stored is not sent when its row is written again', async () => {
    outbox.watch().resumed()
    outbox.onStoredElsewhere(messages('a'))
    await rowAppears('a')
    expect([stages(), sent()]).toEqual([['a stored'], []])
  })

  test('[SDK-11] a report is not answered by a report', async () => {
    outbox.watch().resumed()
    const entries = logged('a')
    outbox.observe(entries, 1)
    outbox.onStoredElsewhere(entries.flatMap((entry) => (entry.kind === 'message' ? entry.message : [])))
    await rowAppears('a')
    expect([stages(), sent(), reported]).toEqual([[], [], []])
  })

  test.each(['was never', 'is no longer'])(
    '[SDK-3] in a chat that %s shown, its id is asked for anew',
    async (when) => {
      const view = when === 'was never' ? null : outbox.watch()
      view?.resumed()
      await add('keeps it open')
      outbox.onStoredElsewhere(messages('a'))
      view?.leave()
      const outcome = outbox.outcome('a')
      await add('a')
      chat.requests[0]?.answer()
      await tick()
      expect(sent()).toEqual([['keeps it open'], ['a']])
      chat.requests[1]?.answer()
      await expect(outcome).resolves.toMatchObject({ clientMsgId: 'a' })
    },
  )

  test('[SDK-3] a message that it discarded is still sent when a program here waits for it', async () => {
    outbox.watch().resumed()
    connection.set({ kind: 'waiting', attempt: 0, retryAt: 0 })
    void outbox.outcome('awaited').catch(() => {})
    await add('awaited', 'shown')
    await rowGoes('awaited')
    await rowGoes('shown')
    expect(stages()).toEqual(['awaited queued'])
  })

  test('[SDK-10] a message without a row is shown until the log has resumed', async () => {
    const view = outbox.watch()
    await add('a')
    await rowGoes('a')
    expect(stages()).toEqual(['a queued'])
    view.resumed()
    await tick()
    expect(stages()).toEqual([])
  })
})

describe('the storage of an outbox', () => {
  test('[SDK-10] a message that waits longer for its user than for its log is sent once the user is known', async () => {
    outbox = open({ accountStore: null })
    outbox.watch()
    await add('a')
    await tick(6_000)
    outbox.use(store)
    await tick()
    expect(sent()).toEqual([['a']])
  })

  test.each([
    ['is unknown', null],
    ['does not answer', 'hangs'],
  ])('[SDK-12] while the storage %s, a message is unconfirmed after ten seconds', async (_, how) => {
    if (how === 'hangs') vi.spyOn(store, 'read').mockReturnValue(new Promise(() => {}))
    outbox = open(how === null ? { accountStore: null } : {})
    await add('a')
    await tick(10_000)
    expect(stages()).toEqual(['a unconfirmed'])
  })

  test('[SDK-12] a retry is unconfirmed after ten seconds, also while the storage does not answer', async () => {
    chat.isClosed = true
    await add('a')
    chat.requests[0]?.answer()
    await tick()
    expect(stages()).toEqual(['a failed'])
    vi.spyOn(store, 'read').mockReturnValue(new Promise(() => {}))
    outbox.retry('a')
    await tick(10_000)
    expect(stages()).toEqual(['a unconfirmed'])
  })

  test('[SDK-12] the ten seconds begin anew when the user is known', async () => {
    outbox = open({ accountStore: null })
    await add('a')
    await tick(6_000)
    vi.spyOn(store, 'read').mockReturnValue(new Promise(() => {}))
    outbox.use(store)
    await tick(9_999)
    expect(stages()).toEqual(['a queued'])
    await tick(1)
    expect(stages()).toEqual(['a unconfirmed'])
  })
})

describe('an account that leaves', () => {
  test('[SDK-11] its lock is left to the other tabs', async () => {
    const release = vi.fn()
    vi.spyOn(store, 'sendLock').mockReturnValue({ acquired: Promise.resolve(), release })
    await add('a')
    outbox.leaveAccount()
    expect(release).toHaveBeenCalledOnce()
  })

  test('[SDK-10] its sends are rejected, its messages stay in its storage, and its request delays nothing', async () => {
    const outcome = outbox.outcome('awaited')
    await add('awaited', 'of ann')
    outbox.leaveAccount()
    await expect(outcome).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(stages()).toEqual([])
    expect(await store.read(chatId)).toMatchObject([{ clientMsgId: 'awaited' }, { clientMsgId: 'of ann' }])
    outbox.use(createMemoryAccountStore())
    await add('of bob')
    expect(sent()).toEqual([['awaited', 'of ann'], ['of bob']])
  })

  test('[SDK-10] what its log showed says nothing about the messages of the next', async () => {
    outbox.watch().resumed()
    outbox.observe(logged('a'), 1)
    outbox.onStoredElsewhere(messages('b'))
    outbox.leaveAccount()
    outbox.use(createMemoryAccountStore())
    await add('a', 'b')
    expect(sent()).toEqual([['a', 'b']])
  })
})

describe('an outbox that is closed', () => {
  test('[SDK-11] sends nothing again, keeps no timer, and leaves the rows as they are', async () => {
    outbox.watch()
    await add('a')
    outbox.close()
    expect(vi.getTimerCount()).toBe(0)
    outbox.observe(logged('a'), 1)
    connection.set({ kind: 'online', via: 'http' })
    await tick(firstWaitMs)
    expect(sent()).toEqual([])
    expect(await store.read(chatId)).toMatchObject([{ clientMsgId: 'a' }])
  })

  test('[SDK-11] does not send again what had no answer', async () => {
    await add('a')
    outbox.close()
    chat.requests[0]?.giveUp()
    await tick(60_000)
    expect(sent()).toEqual([['a']])
  })
})
