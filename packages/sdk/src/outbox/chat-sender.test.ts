import { chatIdSchema } from '@deskbell/contract/ids'
import { frameBytesMax } from '@deskbell/contract/limits'
import { type Message, messageSchema, type SendBatchOutput, type SendOutcome } from '@deskbell/contract/messages'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SdkError } from '../base/errors.ts'
import { createStore, type Writable } from '../base/store.ts'
import { deferred } from '../base/timers.ts'
import type { ServerApi } from '../server-api.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import { fakeServerApi } from '../testing/fake-server-api.ts'
import { ChatSender } from './chat-sender.ts'
import type { Queue, QueueItem } from './queue-state.ts'

const chatId = chatIdSchema.parse(1)
const sendTimeoutMs = 10_000
const createdAt = '2026-01-01T00:00:00.000Z'
/** The first wait after a failure. */
const firstWaitMs = 500

type Request = { ids: string[]; answer(output: SendBatchOutput): void; fail(error: unknown): void }
type Lock = { acquire(): void; isReleased: boolean }

let connection: Writable<ConnectionState>
let queue: Writable<Queue>
let requests: Request[]
let locks: Lock[]
let refreshes: (() => void)[]
let stored: Message[]
let refused: string[]
let ended: string[]
let mayLeave: boolean
let isSlowTab: boolean
const connect = vi.fn()
const probe = vi.fn()
let sender: ChatSender

beforeEach(() => {
  vi.useFakeTimers()
  vi.clearAllMocks()
  connection = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
  queue = createStore<Queue>([])
  ;[requests, locks, refreshes, stored, refused, ended] = [[], [], [], [], [], []]
  ;[mayLeave, isSlowTab] = [true, false]
  sender = openSender()
})

afterEach(() => {
  sender.close()
  vi.useRealTimers()
})

function openSender(): ChatSender {
  return new ChatSender(fakeServerApi({ connection, random: () => 0.5, connect, probe, sendBatch }), {
    chatId,
    queue,
    sendTimeoutMs,
    mayLeave: () => mayLeave,
    awaited: () => new Set(),
    sendLock: requestLock,
    refresh: () => new Promise((resolve) => (isSlowTab ? refreshes.push(resolve) : resolve())),
    onStored: (messages) => stored.push(...messages),
    onRefused: (clientMsgId, code) => refused.push(`${clientMsgId} ${code}`),
    onSessionEnded: (code) => ended.push(code),
  })
}

const sendBatch: ServerApi['sendBatch'] = ({ items }) =>
  new Promise((answer, fail) => {
    requests.push({ ids: items.map((item) => item.clientMsgId), answer, fail })
  })

/** In a slow tab the test decides when the lock is acquired, and when the storage has been read. */
function requestLock() {
  const { promise: acquired, resolve } = deferred<void>()
  const lock: Lock = { acquire: () => resolve(), isReleased: false }
  locks.push(lock)
  if (!isSlowTab) resolve()
  const release = () => {
    lock.isReleased = true
  }
  return { acquired, release }
}

function item(clientMsgId: string, given: Partial<Pick<QueueItem, 'text' | 'order'>> = {}): QueueItem {
  const fixed = { stage: 'queued', code: null, seq: null, createdAt } as const
  return { clientMsgId, text: 'x', waitsSince: Date.now(), order: 1, ...fixed, ...given }
}

/** The messages are written and persisted, and sent if they may be. */
async function write(...items: QueueItem[]): Promise<void> {
  queue.set([...queue.getSnapshot(), ...items])
  sender.pump()
  await tick()
}

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const stages = () => queue.getSnapshot().map(({ clientMsgId, stage }) => `${clientMsgId} ${stage}`)
const sent = () => requests.map(({ ids }) => ids)

function newest(): Request {
  const request = requests.at(-1)
  if (request === undefined) throw new Error('Nothing was sent.')
  return request
}

/** The server answers the newest request, message by message. */
async function answer(...items: SendOutcome[]): Promise<void> {
  newest().answer({ items })
  await tick()
}

async function fail(error: unknown): Promise<void> {
  newest().fail(error)
  await tick()
}

function accept(clientMsgId: string): SendOutcome {
  const fixed = { id: 5, seq: 5, chatId: 1, userId: 1, direction: 'in', type: 'text', text: 'x', status: 'new' }
  return { clientMsgId, message: messageSchema.parse({ ...fixed, clientMsgId, createdAt }), duplicate: false }
}

function refuse(clientMsgId: string): SendOutcome {
  return { clientMsgId, error: { code: 'chat_closed', retryable: false } }
}

function postpone(clientMsgId: string): SendOutcome {
  return { clientMsgId, error: { code: 'unavailable', retryable: true } }
}

function rateLimit(retryAfterMs: number): Error {
  return Object.assign(new Error('slow down'), { data: { code: 'rate_limited', retryAfterMs } })
}

describe('the answer to a batch', () => {
  test('[SDK-3] each message has its own outcome: stored, refused for good, or sent again', async () => {
    await write(item('good'), item('bad'), item('later'))
    await answer(accept('good'), refuse('bad'), postpone('later'))
    expect(stages()).toEqual(['good stored', 'bad failed', 'later queued'])
    expect(stored.map((message) => message.clientMsgId)).toEqual(['good'])
    expect(refused).toEqual(['bad chat_closed'])
    await tick(firstWaitMs - 1)
    expect(sent()).toHaveLength(1)
    await tick(1)
    expect(sent()).toEqual([['good', 'bad', 'later'], ['later']])
  })

  test('[SDK-41] an answer that lacks the outcome of one message leaves all unconfirmed, and waits', async () => {
    await write(item('a'), item('b'))
    await answer(accept('a'))
    expect(stages()).toEqual(['a unconfirmed', 'b unconfirmed'])
    expect(stored).toEqual([])
    await tick(firstWaitMs)
    expect(sent()).toHaveLength(2)
    expect(newest().ids).toEqual(['a', 'b'])
  })

  test('[SDK-11] a message that no frame can carry fails without a request, and blocks nothing', async () => {
    await write(item('large', { text: 'x'.repeat(frameBytesMax) }), item('small'))
    expect(refused).toEqual(['large too_large'])
    expect(stages()).toEqual(['large failed', 'small sending'])
    expect(sent()).toEqual([['small']])
  })

  test('[SDK-4] the waits grow while every answer is the same refusal, and are short again after a success', async () => {
    await write(item('a'))
    const waits: number[] = []
    for (let round = 0; round < 9; round += 1) waits.push(await waitAfter(() => answer(postpone('a'))))
    expect(waits).toEqual([500, 500, 500, 500, 500, 500, 1_000, 2_000, 4_000])
    await answer(accept('a'))
    await write(item('b'))
    expect(await waitAfter(() => answer(postpone('b')))).toBe(firstWaitMs)
  })

  /** How long it takes until the next request. */
  async function waitAfter(what: () => Promise<void>): Promise<number> {
    const [before, start] = [requests.length, Date.now()]
    await what()
    await vi.advanceTimersToNextTimerAsync()
    expect(requests).toHaveLength(before + 1)
    return Date.now() - start
  }

  test('[SDK-23] an answer within three seconds is not followed by a probe', async () => {
    await write(item('a'))
    await tick(2_000)
    await answer(accept('a'))
    await tick(10_000)
    expect(probe).not.toHaveBeenCalled()
  })
})

describe('a pause before the next request', () => {
  test('[SDK-40] what is written meanwhile waits until the pause is over', async () => {
    await write(item('a'))
    await fail(rateLimit(5_000))
    await write(item('b'))
    await tick(4_990)
    expect(sent()).toEqual([['a']])
    await tick(10)
    expect(sent()).toEqual([['a'], ['a', 'b']])
  })

  test('[SDK-40] it is kept while the connection is away', async () => {
    await write(item('a'))
    await fail(rateLimit(5_000))
    connection.set({ kind: 'connecting' })
    await tick(4_990)
    expect(sent()).toHaveLength(1)
    await tick(10)
    expect(sent()).toHaveLength(2)
  })

  test('[SDK-40] an earlier, shorter pause does not end it', async () => {
    await write(item('a'))
    connection.set({ kind: 'online', via: 'http' })
    await fail(rateLimit(5_000))
    await tick(4_990)
    expect(sent()).toHaveLength(1)
    await tick(10)
    expect(sent()).toHaveLength(2)
  })

  test('[SDK-40] one that a new connection ended does not cut the next pause short', async () => {
    await write(item('a'))
    await fail(rateLimit(5_000))
    connection.set({ kind: 'online', via: 'http' })
    await tick(firstWaitMs)
    expect(sent()).toHaveLength(2)
    await fail(rateLimit(60_000))
    await tick(50_000)
    expect(sent()).toHaveLength(2)
  })

  test('[SDK-11] a connection that opens while nothing is queued delays no later message', async () => {
    connection.set({ kind: 'online', via: 'http' })
    await write(item('a'))
    expect(sent()).toEqual([['a']])
  })
})

describe('the end of a session', () => {
  test.each([
    ['unauthenticated', 'unauthenticated'],
    ['forbidden', 'forbidden'],
    ['protocol', 'unavailable'],
    ['closed', 'unavailable'],
  ] as const)('[SDK-6] a connection that ended as %s is reported as %s, even without messages', (reason, code) => {
    connection.set({ kind: 'ended', reason })
    expect(ended).toEqual([code])
  })

  test('[SDK-6] after it nothing is sent or tried, and a new session sends at once', async () => {
    await write(item('a'))
    await fail(rateLimit(5_000))
    connection.set({ kind: 'ended', reason: 'unauthenticated' })
    await tick(60_000)
    expect(ended).toEqual(['unauthenticated'])
    expect(connect).toHaveBeenCalledTimes(2)
    expect(sent()).toHaveLength(1)
    connection.set({ kind: 'idle' })
    expect(sent()).toEqual([['a'], ['a']])
  })

  test('[SDK-6] a message that is written after it is not sent, and its end is reported again', async () => {
    await write(item('a'))
    await answer(accept('a'))
    connection.set({ kind: 'ended', reason: 'unauthenticated' })
    await write(item('b'))
    await write(item('c'))
    expect(sent()).toEqual([['a']])
    expect(ended).toEqual(['unauthenticated', 'unauthenticated', 'unauthenticated'])
  })

  test('[SDK-12] an answer that says so leaves the messages queued for the next session', async () => {
    await write(item('a'))
    await fail(new SdkError('unauthenticated'))
    expect(stages()).toEqual(['a queued'])
    expect(ended).toEqual(['unauthenticated'])
    expect(refused).toEqual([])
    await tick(60_000)
    expect(sent()).toHaveLength(1)
    connection.set({ kind: 'idle' })
    expect(sent()).toHaveLength(2)
  })
})

describe('messages that may not leave yet', () => {
  test('[SDK-10] a message that is not in the storage yet is not sent', async () => {
    await write(item('a', { order: null }))
    expect(stages()).toEqual(['a queued'])
    expect(sent()).toEqual([])
  })

  test('[SDK-25] only a message that waits needs the connection', async () => {
    sender.pump()
    expect(connect).not.toHaveBeenCalled()
    mayLeave = false
    await write(item('a'))
    expect(connect).toHaveBeenCalled()
  })

  test('[SDK-12] the ten seconds of a message do not begin with those of one that is gone', async () => {
    mayLeave = false
    await write(item('a'))
    await tick(6_000)
    queue.set([])
    sender.pump()
    await write(item('b'))
    await tick(9_999)
    expect(stages()).toEqual(['b queued'])
    await tick(1)
    expect(stages()).toEqual(['b unconfirmed'])
  })

  test('[SDK-12] nor with those of one that is being sent', async () => {
    mayLeave = false
    await write(item('a'))
    await tick(9_000)
    mayLeave = true
    await write()
    await write(item('b'))
    await tick(2_000)
    expect(stages()).toEqual(['a sending', 'b queued'])
  })
})

describe('another account', () => {
  test('[SDK-10] the answer to a request of the account before is ignored, and delays nothing', async () => {
    await write(item('of ann'))
    const [first] = requests
    sender.reset()
    queue.set([])
    await tick(2_999)
    await write(item('of bob'))
    expect(sent()).toEqual([['of ann'], ['of bob']])
    await tick(1)
    expect(probe).not.toHaveBeenCalled()
    first?.answer({ items: [accept('of ann')] })
    await tick()
    expect(stored).toEqual([])
    expect(stages()).toEqual(['of bob sending'])
  })

  test('[SDK-10] the pause and the ten seconds of the account before are over', async () => {
    await write(item('of ann'))
    await fail(rateLimit(60_000))
    sender.reset()
    queue.set([])
    mayLeave = false
    await write(item('of bob'))
    await tick(6_000)
    sender.reset()
    await tick(4_000)
    expect(stages()).toEqual(['of bob queued'])
    mayLeave = true
    sender.pump()
    await tick()
    expect(sent()).toEqual([['of ann'], ['of bob']])
  })

  test('[SDK-11] a lock that is acquired too late reads nothing, and a late read sends nothing', async () => {
    isSlowTab = true
    await write(item('a'))
    sender.reset()
    locks[0]?.acquire()
    await tick()
    expect([locks[0]?.isReleased, refreshes.length]).toEqual([true, 0])
    await write()
    locks[1]?.acquire()
    await tick()
    sender.reset()
    connect.mockClear()
    refreshes[0]?.()
    await tick()
    expect(connect).not.toHaveBeenCalled()
    expect(sent()).toEqual([])
  })
})

describe('close', () => {
  test('[SDK-11] the lock is left to the other tabs, and nothing is sent or reported any more', async () => {
    await write(item('a'))
    sender.close()
    expect(locks.map((lock) => lock.isReleased)).toEqual([true])
    await answer(accept('a'))
    await write(item('b'))
    connection.set({ kind: 'ended', reason: 'unauthenticated' })
    connection.set({ kind: 'idle' })
    expect([sent(), stored, ended]).toEqual([[['a']], [], []])
  })

  test('[SDK-11] a connection that opens in the same moment leaves no timer', () => {
    sender.close()
    connection.subscribe(() => sender.close())
    queue.set([item('a')])
    sender = openSender()
    connection.set({ kind: 'online', via: 'http' })
    expect(vi.getTimerCount()).toBe(0)
  })
})
