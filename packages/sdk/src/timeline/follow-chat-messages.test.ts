import { messageIdSchema } from '@deskbell/contract/ids'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { errorCode, SdkError } from '../base/errors.ts'
import { createMemoryAccountStore } from '../outbox/account-store.ts'
import { ChatOutbox } from '../outbox/chat-outbox.ts'
import { FakeChat } from '../testing/fake-chat.ts'
import { followChat } from './follow-chat.ts'
import type { ChatFollower } from './timeline.ts'

let chat: FakeChat
let outbox: ChatOutbox
let follower: ChatFollower

beforeEach(async () => {
  vi.useFakeTimers()
  chat = new FakeChat(0)
  chat.write()
  chat.writeOfOperator()
  outbox = new ChatOutbox(chat.serverApi, {
    chatId: chat.chatId,
    sendTimeoutMs: 10_000,
    accountStore: createMemoryAccountStore(),
  })
  follower = followChat(chat.serverApi, { chatId: chat.chatId, outbox })
  await tick()
})

afterEach(() => {
  follower.stop()
  outbox.close()
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const broken = new Error('The connection broke.')
const pending = () => follower.getSnapshot().pending.map(({ clientMsgId, state }) => `${clientMsgId} ${state}`)
const sends = () => chat.inputsOf('sendBatch').length
const typists = () => follower.getSnapshot().typing.map(({ userId }) => userId)

function typing(): void {
  chat.frame({ t: 'typing', userId: chat.operator, role: 'operator', until: '2026-01-01T00:00:00.000Z' })
}

describe('own messages of a follower', () => {
  test('[SDK-3] one is shown as pending until its entry is here, and the same id returns it as it is', async () => {
    chat.goLive()
    const sent = follower.send('hello', { clientMsgId: 'a' })
    expect(sent).toMatchObject({ clientMsgId: 'a', text: 'hello', state: 'queued', code: null })
    expect(follower.getSnapshot().pending).toEqual([sent])
    await tick()
    expect(follower.send('and', { clientMsgId: 'b' })).toMatchObject({ clientMsgId: 'b', text: 'and' })
    expect(follower.send('hello', { clientMsgId: 'a' })).toMatchObject({ state: 'sending' })
    expect(chat.inputsOf('sendBatch')).toEqual([{ chatId: chat.chatId, items: [{ clientMsgId: 'a', text: 'hello' }] }])
    chat.deliver()
    expect(pending()).toEqual(['b queued'])
    expect(follower.getSnapshot().entries).toHaveLength(3)
  })

  test('[SDK-3] one whose place the log has passed is not pending, though its entry has no id', async () => {
    chat.goLive()
    follower.send('hello', { clientMsgId: 'a' })
    await tick()
    expect(pending()).toEqual(['a sending'])
    const { entries } = await chat.serverApi.page({ chatId: chat.chatId, limit: 1 })
    const nameless = entries.map((entry) =>
      entry.kind === 'message' ? { ...entry, message: { ...entry.message, clientMsgId: null } } : entry,
    )
    chat.frame({ t: 'ev', events: nameless })
    expect(pending()).toEqual([])
  })

  test('[SDK-3] one that is stored at the end of what is shown is not pending', async () => {
    chat.goLive()
    chat.write()
    chat.deliver()
    const stored = { clientMsgId: 'a', message: { ...chat.write(), clientMsgId: 'a', seq: 3 }, duplicate: true }
    vi.spyOn(chat.serverApi, 'sendBatch').mockResolvedValue({ items: [stored] })
    follower.send('hello', { clientMsgId: 'a' })
    expect(pending()).toEqual(['a queued'])
    await tick()
    expect(pending()).toEqual([])
  })

  test('[SDK-11] none is sent before the log has resumed, at first and after each loss', async () => {
    follower.send('x', { clientMsgId: 'a' })
    await tick(1_000)
    expect(sends()).toBe(0)
    chat.goLive()
    await tick()
    expect(sends()).toBe(1)
    chat.deliver()
    chat.stream.handlers.lost()
    follower.send('x', { clientMsgId: 'b' })
    await tick(1_000)
    expect(sends()).toBe(1)
    chat.goLive()
    await tick()
    expect(sends()).toBe(2)
  })

  test.each([
    ['a log that failed', () => chat.stream.handlers.ended('not_found', 0)],
    ['a stopped follower', () => follower.stop()],
  ] as const)('[SDK-11] they do not wait for %s', async (_, end) => {
    follower.send('x', { clientMsgId: 'a' })
    await tick(1_000)
    end()
    await tick()
    expect(sends()).toBe(1)
  })

  test('[SDK-12] a refused one is failed until it is sent again or discarded', async () => {
    chat.goLive()
    chat.faults.set('sendBatch', new SdkError('forbidden'))
    for (const clientMsgId of ['a', 'b']) follower.send('x', { clientMsgId })
    await tick()
    expect(pending()).toEqual(['a failed', 'b failed'])
    follower.discard('b')
    expect(pending()).toEqual(['a failed'])
    chat.faults.clear()
    follower.retry('a')
    await tick()
    chat.deliver()
    expect(pending()).toEqual([])
    expect(follower.getSnapshot().entries).toHaveLength(3)
  })

  test('[SDK-13] a held one is sent after all when the person says so', async () => {
    chat.goLive()
    chat.connection.set({ kind: 'waiting', attempt: 0, retryAt: 0 })
    follower.send('x', { clientMsgId: 'a' })
    await tick(25 * 3_600_000)
    chat.connection.set({ kind: 'online', via: 'socket' })
    await tick(1_000)
    expect(pending()).toEqual(['a held'])
    expect(sends()).toBe(0)
    follower.release('a')
    await tick()
    expect(sends()).toBe(1)
  })

  test('[SDK-24] a send during which the account is left returns its message all the same', () => {
    follower.subscribe(() => outbox.leaveAccount())
    expect(follower.send('x', { clientMsgId: 'a' })).toMatchObject({
      clientMsgId: 'a',
      text: 'x',
      state: 'queued',
      code: null,
      createdAt: new Date().toISOString(),
    })
    expect(pending()).toEqual([])
  })
})

describe('edits and retractions', () => {
  const messageId = messageIdSchema.parse(1)
  const calls = [
    ['edit', () => follower.edit(messageId, 'new'), { chatId: 1, messageId, text: 'new' }],
    ['retract', () => follower.retract(messageId), { chatId: 1, messageId }],
  ] as const

  test.each(calls)('[MSG-14] [MSG-15] %s names chat and message, and is repeated without an answer', async (...row) => {
    const [name, change, input] = row
    chat.faults.set(name, broken)
    let isDone = false
    const done = change().then(() => {
      isDone = true
    })
    await tick(2_000)
    expect(isDone).toBe(false)
    chat.faults.clear()
    await tick(2_000)
    await done
    expect(chat.inputsOf(name).length).toBeGreaterThan(2)
    for (const made of chat.inputsOf(name)) expect(made).toEqual(input)
  })

  test.each(calls)('[MSG-14] [MSG-15] %s is given up after twenty seconds without an answer', async (name, change) => {
    chat.faults.set(name, broken)
    const outcome = change().catch((error: unknown) => error)
    await tick(20_000)
    const error = await outcome
    expect(error).toBeInstanceOf(SdkError)
    expect(errorCode(error)).toBe('unavailable')
  })

  test.each(calls)('[MSG-16] a refused %s rejects at once with its code', async (name, change) => {
    chat.faults.set(name, Object.assign(new Error(), { data: { code: 'not_editable' } }))
    const error = await change().catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(SdkError)
    expect(errorCode(error)).toBe('not_editable')
    expect(chat.inputsOf(name)).toHaveLength(1)
  })

  test.each(calls)('[SDK-4] %s is repeated as soon as the connection is back', async (name, change) => {
    chat.connection.set({ kind: 'connecting' })
    chat.faults.set(name, broken)
    const done = change()
    await tick()
    chat.faults.clear()
    chat.connection.set({ kind: 'online', via: 'socket' })
    await tick()
    expect(chat.inputsOf(name)).toHaveLength(2)
    await done
  })
})

describe('marks', () => {
  test('[SDK-19] what was read is reported, and a pending mark when the follower stops', async () => {
    follower.markRead(1)
    follower.markRead(2)
    expect(chat.inputsOf('markRead')).toEqual([{ chatId: chat.chatId, seq: 1 }])
    follower.stop()
    expect(chat.inputsOf('markRead')).toHaveLength(2)
    await tick()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[SDK-19] a message of another is reported as delivered, an own one or a known one is not', async () => {
    await tick(1_000)
    expect(chat.inputsOf('markDelivered')).toEqual([{ chatId: chat.chatId, seq: 2 }])
    chat.write()
    chat.deliver()
    await tick(1_000)
    expect(chat.inputsOf('markDelivered')).toHaveLength(1)
    for (let count = 0; count < 3; count += 1) {
      chat.writeOfOperator()
      chat.deliver()
    }
    expect(chat.inputsOf('markDelivered').slice(1)).toEqual([{ chatId: chat.chatId, seq: 4 }])
    follower.stop()
    expect(chat.inputsOf('markDelivered').slice(2)).toEqual([{ chatId: chat.chatId, seq: 6 }])
    await tick()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('typing', () => {
  test('[SDK-17] keystrokes are reported from time to time, at once after a message, and not when stopped', () => {
    follower.typing()
    follower.typing()
    expect(chat.inputsOf('typing')).toEqual([{ chatId: chat.chatId }])
    follower.send('x')
    follower.typing()
    expect(chat.inputsOf('typing')).toHaveLength(2)
    follower.send('x')
    follower.stop()
    follower.typing()
    expect(chat.inputsOf('typing')).toHaveLength(2)
  })

  test('[SDK-17] that of others is shown, and its end too', async () => {
    typing()
    expect(typists()).toEqual([chat.operator])
    await tick(7_000)
    expect(typists()).toEqual([])
  })

  test('[SDK-17] it ends with a new message of that person, not with an older one or that of somebody else', () => {
    chat.writeOfOperator()
    chat.deliver()
    typing()
    chat.write()
    chat.deliver()
    expect(typists()).toEqual([chat.operator])
    chat.writeOfOperator()
    chat.deliver()
    expect(typists()).toEqual([])
  })
})
