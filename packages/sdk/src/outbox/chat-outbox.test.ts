import { chatIdSchema } from '@deskbell/contract/ids'
import { type Message, messageSchema, type SendBatchOutput } from '@deskbell/contract/messages'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Calls } from '../calls.ts'
import type { ConnectionState } from '../connection/connection-state.ts'
import { SdkError } from '../sdk-error.ts'
import { createStore, type Writable } from '../store.ts'
import { ChatOutbox } from './chat-outbox.ts'
import { modelCalls } from './model-calls.ts'
import { toPending } from './queue-state.ts'
import { createMemoryShelf } from './shelf.ts'

const chatId = chatIdSchema.parse(1)
const timeoutMs = 10_000
const createdAt = '2026-01-01T00:00:00.000Z'

type Request = {
  ids: string[]
  answer(output?: SendBatchOutput): void
  fail(error: unknown): void
}

let line: Writable<ConnectionState>
let requests: Request[]
let outbox: ChatOutbox
let probes: number

beforeEach(() => {
  vi.useFakeTimers()
  line = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
  requests = []
  probes = 0
  const probe = () => {
    probes += 1
  }
  const calls = { ...modelCalls(line, sendBatch), probe }
  outbox = new ChatOutbox(calls, { chatId, timeoutMs, shelf: createMemoryShelf() })
})

afterEach(() => {
  outbox.close()
  vi.useRealTimers()
})

const sendBatch: Calls['sendBatch'] = ({ items }) =>
  new Promise((resolve, reject) => {
    const ids = items.map((item) => item.clientMsgId)
    const stored = { items: ids.map((id) => ({ clientMsgId: id, message: message(id), duplicate: false })) }
    requests.push({ ids, answer: (output = stored) => resolve(output), fail: reject })
  })

function message(clientMsgId: string): Message {
  const fixed = { chatId: 1, userId: 1, direction: 'in', type: 'text', text: 'x', status: 'new', createdAt }
  return messageSchema.parse({ ...fixed, id: 5, seq: 5, clientMsgId })
}

/** Returns when it is kept, and on its way if it may be. */
async function add(clientMsgId: string): Promise<void> {
  outbox.add({ clientMsgId, text: 'x', createdAt })
  await tick()
}

function stages(): string[] {
  return outbox.queue.getSnapshot().map((item) => item.stage)
}

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

/** The newest request. */
function newest(): Request {
  const request = requests.at(-1)
  if (request === undefined) throw new Error('Nothing was sent.')
  return request
}

describe('ChatOutbox', () => {
  test('[SDK-3] one request at a time; what was written meanwhile goes together in the next', async () => {
    for (const id of ['a', 'b', 'c']) await add(id)
    expect(requests.map(({ ids }) => ids)).toEqual([['a']])
    newest().answer()
    await tick()
    expect(requests.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c']])
  })

  test('[SDK-3] an answer that does not come makes the message unconfirmed, and it goes again under its id', async () => {
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

  test('[SDK-23] without an answer for three seconds a message says so, the socket is asked, and nothing is sent twice', async () => {
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

  test('[SDK-3] what the log shows is done, whatever becomes of the answer', async () => {
    outbox.watch().resumed()
    const outcome = outbox.outcome('a')
    await add('a')
    const { seq, createdAt: at } = message('a')
    outbox.observe([{ seq, at, actor: null, kind: 'message', message: message('a') }], seq)
    expect(outbox.queue.getSnapshot()).toEqual([])
    await expect(outcome).resolves.toMatchObject({ clientMsgId: 'a' })
    newest().fail(new Error('The line broke.'))
    await tick(60_000)
    expect(requests).toHaveLength(1)
  })

  test('[SDK-3] a server that asks for a pause gets it', async () => {
    await add('a')
    newest().fail(Object.assign(new Error('slow down'), { data: { code: 'rate_limited', retryAfterMs: 5_000 } }))
    await tick(4_990)
    expect(requests).toHaveLength(1)
    expect(stages()).toEqual(['queued'])
    await tick(20)
    expect(requests).toHaveLength(2)
  })

  test('[SDK-3] while the line is away nothing leaves; after a while the message is shown as not sure', async () => {
    line.set({ kind: 'waiting', attempt: 3, retryAt: 0 })
    await add('a')
    expect(requests).toHaveLength(0)
    await tick(timeoutMs)
    expect(stages()).toEqual(['unconfirmed'])
    line.set({ kind: 'online', via: 'socket' })
    await tick(1_000)
    expect(requests.map(({ ids }) => ids)).toEqual([['a']])
  })

  test('[SDK-6] when the session has ended, those who wait are told', async () => {
    line.set({ kind: 'waiting', attempt: 3, retryAt: 0 })
    const outcome = outbox.outcome('a')
    await add('a')
    line.set({ kind: 'ended', reason: 'unauthenticated' })
    await expect(outcome).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(stages()).toEqual([])
  })

  test('[SDK-3] a batch that is refused as a whole goes again, item by item', async () => {
    await add('a')
    for (const id of ['good', 'bad', 'fine']) await add(id)
    newest().answer()
    await tick()
    newest().fail(new SdkError('invalid_input'))
    await tick()
    newest().answer()
    await tick()
    // After a success the rest goes together again, and is taken apart again.
    expect(newest().ids).toEqual(['bad', 'fine'])
    newest().fail(new SdkError('invalid_input'))
    await tick()
    newest().fail(new SdkError('invalid_input'))
    await tick()
    newest().answer()
    await tick()
    expect(outbox.queue.getSnapshot()).toMatchObject([{ clientMsgId: 'bad', stage: 'failed', code: 'invalid_input' }])
  })

  test('[SDK-3] who gives up waiting takes back what has not left', async () => {
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

  test('[SDK-3] a program that sends much under one signal leaves nothing on it', async () => {
    const { signal } = new AbortController()
    const listen = vi.spyOn(signal, 'addEventListener')
    const outcome = outbox.outcome('a', signal)
    await add('a')
    newest().answer()
    await outcome
    expect(listen.mock.calls.map(([, , options]) => options)).toMatchObject([{ signal: { aborted: true } }])
  })

  test('[SDK-3] after the end nobody waits in vain', async () => {
    outbox.close()
    await expect(outbox.outcome('a')).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('[SDK-3] while somebody else still waits, one who gives up takes nothing back', async () => {
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

  test('[SDK-3] a stored message stays in sight until the log that somebody shows has it', async () => {
    const watcher = outbox.watch()
    watcher.resumed()
    await add('a')
    newest().answer()
    await tick()
    expect(stages()).toEqual(['stored'])
    watcher.leave()
    expect(stages()).toEqual([])
  })

  test('[SDK-3] a refusal that a program was told of is its business, another stays to be looked at', async () => {
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
