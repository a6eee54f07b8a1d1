import { chatIdSchema } from '@deskbell/contract/ids'
import { type Message, messageSchema } from '@deskbell/contract/messages'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ModelDevice } from '../../testing/outbox/model-device.ts'
import { acquireSendLock, type Notice, Notices } from './between-tabs.ts'
import type { Channel, Locks } from './browser.ts'

const chatId = chatIdSchema.parse(1)

function message(clientMsgId: string): Message {
  const fixed = { chatId, userId: 1, direction: 'in', type: 'text', text: 'x', status: 'new' }
  return messageSchema.parse({ ...fixed, id: 1, seq: 1, clientMsgId, createdAt: '2026-01-01T00:00:00.000Z' })
}

/** A channel whose listener is called by the test, so that its errors reach the test. */
function channelOfATest() {
  let hear = (_: Event) => {}
  class TestChannel extends EventTarget implements Channel {
    override addEventListener(_: string, listener: unknown): void {
      if (typeof listener === 'function') hear = (event) => listener(event)
    }

    postMessage(): void {}

    close(): void {}
  }
  return { Type: TestChannel, say: (data: unknown) => hear(Object.assign(new Event('message'), { data })) }
}

describe('Notices', () => {
  let device: ModelDevice
  beforeEach(() => {
    device = new ModelDevice()
  })

  function open() {
    const received = vi.fn<(notice: Notice) => void>()
    return { received, notices: new Notices(device.openTab().browser.BroadcastChannel, 'me', received) }
  }

  test('[SDK-11] the other tabs are notified of what is stored, and the tab itself is not', () => {
    const [here, there] = [open(), open()]
    const notice = { chatId, stored: [message('a'), message('b')] }
    here.notices.tell(notice)
    expect(there.received.mock.calls).toEqual([[notice]])
    expect(here.received).not.toHaveBeenCalled()
  })

  test('[SDK-11] a closed one is notified of nothing any more', () => {
    const [here, there] = [open(), open()]
    there.notices.close()
    here.notices.tell({ chatId, stored: [] })
    expect(there.received).not.toHaveBeenCalled()
  })

  test.each([
    null,
    'text',
    7,
    {},
    { chatId },
    { stored: [] },
    { chatId: '1', stored: [] },
    { chatId, stored: 7 },
    { chatId, stored: { length: 0 } },
    { chatId, stored: [null] },
    { chatId, stored: ['a'] },
    { chatId, stored: [message('a'), {}] },
    { chatId, stored: [{ clientMsgId: 'a' }] },
    { chatId, stored: [{ seq: 1 }] },
  ])('[SDK-11] %j of another version of the program is no notice', (said) => {
    const received = vi.fn<(notice: Notice) => void>()
    const { Type, say } = channelOfATest()
    new Notices(Type, 'me', received)
    say(said)
    expect(received).not.toHaveBeenCalled()
  })
})

describe('acquireSendLock', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  function acquire(locks: Locks | null) {
    const acquired = vi.fn<() => void>()
    const lock = acquireSendLock(locks, 'chat')
    void lock.acquired.then(acquired)
    return { acquired, release: () => lock.release() }
  }

  function locksOfADevice() {
    return new ModelDevice().openTab().browser.locks
  }

  const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

  test('[SDK-11] one tab at a time may send, in order, for as long as it wants', async () => {
    const locks = locksOfADevice()
    const first = acquire(locks)
    await tick(9_999)
    const second = acquire(locks)
    await tick(9_999)
    expect(first.acquired).toHaveBeenCalled()
    expect(second.acquired).not.toHaveBeenCalled()
    first.release()
    await tick()
    expect(second.acquired).toHaveBeenCalled()
  })

  test.each([
    { what: 'without locks', locks: null },
    { what: 'that refuses them', locks: { request: () => Promise.reject(new DOMException('No.', 'SecurityError')) } },
  ])('[SDK-11] in a browser $what every tab may send at once', async ({ locks }) => {
    const tabs = [acquire(locks), acquire(locks)]
    await tick()
    for (const { acquired } of tabs) expect(acquired).toHaveBeenCalled()
    for (const { release } of tabs) release()
  })

  test('[SDK-11] a tab that does not wait any more leaves the queue for the lock', async () => {
    const request = vi.fn<Locks['request']>(() => new Promise(() => {}))
    acquire({ request }).release()
    expect(request.mock.calls[0]?.[1].signal.aborted).toBe(true)
  })

  test('[SDK-11] neither a held lock nor one that is given up leaves a timer', async () => {
    const locks = locksOfADevice()
    acquire(locks)
    const second = acquire(locks)
    expect(vi.getTimerCount()).toBe(1)
    second.release()
    expect(vi.getTimerCount()).toBe(0)
  })
})
