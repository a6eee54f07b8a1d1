import { chatIdSchema } from '@deskbell/contract/ids'
import { type Message, messageSchema, type SendBatchOutput } from '@deskbell/contract/messages'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SdkError } from '../base/errors.ts'
import { retryDelayMs } from '../base/retry.ts'
import { createStore, type Writable } from '../base/store.ts'
import type { ServerApi } from '../server-api.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import { fakeServerApi } from '../testing/fake-server-api.ts'
import { createMemoryAccountStore } from './account-store.ts'
import { ChatOutbox } from './chat-outbox.ts'
import { toPending } from './queue-state.ts'

const chatId = chatIdSchema.parse(1)
const sendTimeoutMs = 10_000
const createdAt = '2026-01-01T00:00:00.000Z'
const random = () => 0.05

type Request = {
  ids: string[]
  answer(output?: SendBatchOutput): void
  fail(error: unknown): void
}

let connection: Writable<ConnectionState>
let requests: Request[]
let outbox: ChatOutbox
let probes: number

beforeEach(() => {
  vi.useFakeTimers()
  connection = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
  requests = []
  probes = 0
  const probe = () => {
    probes += 1
  }
  const serverApi = fakeServerApi({ connection, random, sendBatch, probe })
  outbox = new ChatOutbox(serverApi, { chatId, sendTimeoutMs, accountStore: createMemoryAccountStore() })
})

afterEach(() => {
  outbox.close()
  vi.useRealTimers()
})

const sendBatch: ServerApi['sendBatch'] = ({ items }) =>
  new Promise((resolve, reject) => {
    const ids = items.map((item) => item.clientMsgId)
    const stored = { items: ids.map((id) => ({ clientMsgId: id, message: message(id), duplicate: false })) }
    requests.push({ ids, answer: (output = stored) => resolve(output), fail: reject })
  })

function message(clientMsgId: string): Message {
  const fixed = { chatId: 1, userId: 1, direction: 'in', type: 'text', text: 'x', status: 'new', createdAt }
  return messageSchema.parse({ ...fixed, id: 5, seq: 5, clientMsgId })
}

/** Returns when the message is persisted, and sent if it may be. */
async function add(clientMsgId: string): Promise<void> {
  outbox.add({ clientMsgId, text: 'x', createdAt })
  await tick()
}

function stages(): string[] {
  return outbox.queue.getSnapshot().map((item) => item.stage)
}

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

function newest(): Request {
  const request = requests.at(-1)
  if (request === undefined) throw new Error('Nothing was sent.')
  return request
}

describe('ChatOutbox', () => {
  test('[SDK-3] one request at a time; messages written meanwhile go together in the next', async () => {
    for (const id of ['a', 'b', 'c']) await add(id)
    expect(requests.map(({ ids }) => ids)).toEqual([['a']])
    newest().answer()
    await tick()
    expect(requests.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c']])
  })

  test('[SDK-3] without an answer a message is unconfirmed, and it is sent again under its id', async () => {
    const outcome = outbox.outcome('a')
    await add('a')
    newest().fail(new DOMException('The time is over.', 'TimeoutError'))
    await tick()
    expect(stages()).toEqual(['unconfirmed'])
    await tick(1_000)
    expect(requests.map(({ ids }) => ids)).toEqual([['a'], ['a']])
    newest().answer()
    await expect(outcome).resolves.toMatchObject({ clientMsgId: 'a' })
  })

  test.each([null, {}, { items: null }, { items: [] }, { items: [null, { clientMsgId: 'b' }] }])(
    '[SDK-41] [SDK-3] with the answer %j a message is unconfirmed, and sent again after a wait',
    async (lie) => {
      await add('a')
      newest().answer(lie as unknown as SendBatchOutput)
      await tick()
      expect(stages()).toEqual(['unconfirmed'])
      expect(requests).toHaveLength(1)
      await tick(1_000)
      expect(requests.map(({ ids }) => ids)).toEqual([['a'], ['a']])
    },
  )

  test('[SDK-23] after 3 s without an answer a message is unconfirmed, the socket probed, nothing resent', async () => {
    await add('a')
    await tick(2_999)
    expect(stages()).toEqual(['sending'])
    await tick(1)
    expect(outbox.queue.getSnapshot().map((item) => toPending(item).state)).toEqual(['unconfirmed'])
    expect(probes).toBe(1)
    newest().answer()
    await tick(60_000)
    expect(requests).toHaveLength(1)
    expect(probes).toBe(1)
  })

  test('[SDK-3] a message in the log is done, whatever becomes of the answer', async () => {
    outbox.watch().resumed()
    const outcome = outbox.outcome('a')
    await add('a')
    const { seq, createdAt: at } = message('a')
    outbox.observe([{ seq, at, actor: null, kind: 'message', message: message('a') }], seq)
    expect(outbox.queue.getSnapshot()).toEqual([])
    await expect(outcome).resolves.toMatchObject({ clientMsgId: 'a' })
    newest().fail(new Error('The connection broke.'))
    await tick(60_000)
    expect(requests).toHaveLength(1)
  })

  test('[SDK-3] the outbox waits as long as the server asks', async () => {
    await add('a')
    newest().fail(Object.assign(new Error('slow down'), { data: { code: 'rate_limited', retryAfterMs: 5_000 } }))
    await tick(4_990)
    expect(requests).toHaveLength(1)
    expect(stages()).toEqual(['queued'])
    await tick(20)
    expect(requests).toHaveLength(2)
  })

  test('[SDK-3] on a new connection the first wait after a failure is short again', async () => {
    await add('a')
    while (requests.length < 12) {
      newest().fail(new Error('The connection broke.'))
      await tick(20_000)
    }
    connection.set({ kind: 'waiting', attempt: 0, retryAt: 0 })
    connection.set({ kind: 'online', via: 'socket' })
    newest().fail(new Error('The connection broke.'))
    await tick(retryDelayMs(0, random))
    expect(requests).toHaveLength(13)
  })

  test('[SDK-3] without a connection nothing is sent; after the timeout the message is unconfirmed', async () => {
    connection.set({ kind: 'waiting', attempt: 3, retryAt: 0 })
    await add('a')
    expect(requests).toHaveLength(0)
    await tick(sendTimeoutMs)
    expect(stages()).toEqual(['unconfirmed'])
    connection.set({ kind: 'online', via: 'socket' })
    await tick(1_000)
    expect(requests.map(({ ids }) => ids)).toEqual([['a']])
  })

  test('[SDK-6] when the session has ended, waiting sends are rejected', async () => {
    connection.set({ kind: 'waiting', attempt: 3, retryAt: 0 })
    const outcome = outbox.outcome('a')
    await add('a')
    connection.set({ kind: 'ended', reason: 'unauthenticated' })
    await expect(outcome).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(stages()).toEqual([])
  })

  test('[SDK-3] a batch that is refused as a whole is sent again, item by item', async () => {
    await add('a')
    for (const id of ['good', 'bad', 'fine']) await add(id)
    newest().answer()
    await tick()
    newest().fail(new SdkError('invalid_input'))
    await tick()
    newest().answer()
    await tick()
    // After a success the rest is batched again, and split again.
    expect(newest().ids).toEqual(['bad', 'fine'])
    newest().fail(new SdkError('invalid_input'))
    await tick()
    newest().fail(new SdkError('invalid_input'))
    await tick()
    newest().answer()
    await tick()
    expect(outbox.queue.getSnapshot()).toMatchObject([{ clientMsgId: 'bad', stage: 'failed', code: 'invalid_input' }])
  })

  test('[SDK-3] an aborted send withdraws a message that was not sent yet', async () => {
    const stop = new AbortController()
    await add('first')
    const outcome = outbox.outcome('second', stop.signal)
    await add('second')
    stop.abort()
    await expect(outcome).rejects.toThrow('aborted')
    newest().answer()
    await tick()
    expect(requests.map(({ ids }) => ids)).toEqual([['first']])
  })

  test('[SDK-3] an id that was stored a moment ago is asked for again, and answered', async () => {
    const idle = vi.fn(() => outbox.close())
    const options = { chatId, sendTimeoutMs, accountStore: createMemoryAccountStore(), onIdle: idle }
    outbox = new ChatOutbox(fakeServerApi({ connection, random, sendBatch, probe: () => {} }), options)
    const first = outbox.outcome('a')
    await add('a')
    newest().answer()
    await first
    // Its row is still being removed.
    expect(stages()).toEqual(['stored'])
    const second = outbox.outcome('a')
    await add('a')
    expect(requests.map(({ ids }) => ids)).toEqual([['a'], ['a']])
    newest().answer()
    expect(await second).toEqual(await first)
    await tick()
    expect(idle).toHaveBeenCalledOnce()
  })

  test('[SDK-3] many sends with one signal leave no listeners on it', async () => {
    const { signal } = new AbortController()
    const [listen, forget] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
    const outcome = outbox.outcome('a', signal)
    await add('a')
    newest().answer()
    await outcome
    expect(listen).toHaveBeenCalledOnce()
    expect(forget).toHaveBeenCalledWith('abort', listen.mock.calls[0]?.[1])
  })

  test('[SDK-3] after close a send is rejected at once', async () => {
    outbox.close()
    await expect(outbox.outcome('a')).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('[SDK-3] an aborted send withdraws nothing while another send waits for the same message', async () => {
    const stop = new AbortController()
    await add('first')
    const given = outbox.outcome('second', stop.signal)
    const kept = outbox.outcome('second')
    await add('second')
    stop.abort()
    await expect(given).rejects.toThrow('aborted')
    newest().answer()
    await tick()
    newest().answer()
    await expect(kept).resolves.toMatchObject({ clientMsgId: 'second' })
  })

  test('[SDK-3] a stored message stays in the queue while a log is shown that does not contain it', async () => {
    const watcher = outbox.watch()
    watcher.resumed()
    await add('a')
    newest().answer()
    await tick()
    expect(stages()).toEqual(['stored'])
    watcher.leave()
    expect(stages()).toEqual([])
  })

  test('[SDK-3] a refusal that rejects a waiting send removes the message, any other stays as failed', async () => {
    const outcome = outbox.outcome('told')
    await add('told')
    newest().fail(new SdkError('chat_closed'))
    await expect(outcome).rejects.toMatchObject({ code: 'chat_closed' })
    expect(stages()).toEqual([])
    await add('shown')
    newest().fail(new SdkError('chat_closed'))
    await tick()
    expect(stages()).toEqual(['failed'])
  })
})
