import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SdkError } from '../base/errors.ts'
import { createMemoryAccountStore } from '../outbox/account-store.ts'
import { ChatOutbox } from '../outbox/chat-outbox.ts'
import { FakeChat } from '../testing/fake-chat.ts'
import { followChat } from './follow-chat.ts'
import type { ChatFollower } from './timeline.ts'

let chat: FakeChat
let outbox: ChatOutbox
let follower: ChatFollower
let stops: number

beforeEach(() => {
  vi.useFakeTimers()
  chat = new FakeChat(120)
  outbox = new ChatOutbox(chat.serverApi, {
    chatId: chat.chatId,
    sendTimeoutMs: 10_000,
    accountStore: createMemoryAccountStore(),
  })
  stops = 0
})

afterEach(() => {
  follower.stop()
  outbox.close()
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

/** Returns when the first page is here, or could not be loaded. */
async function follow(): Promise<void> {
  const onStop = () => {
    stops += 1
  }
  follower = followChat(chat.serverApi, { chatId: chat.chatId, outbox, onStop })
  await tick()
}

/** Returns when everything is shown. */
async function followLive(): Promise<void> {
  await follow()
  chat.goLive()
}

const status = () => follower.getSnapshot().status
const lastSeq = () => follower.getSnapshot().entries.at(-1)?.seq
const pagesAsked = () => chat.inputsOf('page').length
/** An error of the server, which asks for a pause. */
const refusal = (code: string, retryAfterMs = 0) => Object.assign(new Error(code), { data: { code, retryAfterMs } })

describe('the stream of a follower', () => {
  test('[SDK-2] it begins where the page ends, and a subscriber is called at each change until it leaves', async () => {
    await follow()
    expect(chat.streams).toMatchObject([{ cursor: 'e:120', isOpen: true }])
    expect(status()).toBe('catching-up')
    const seen: string[] = []
    const leave = follower.subscribe(() => seen.push(`${status()} ${lastSeq()}`))
    chat.goLive()
    chat.write()
    chat.deliver()
    leave()
    chat.write()
    chat.deliver()
    expect(seen).toEqual(['live 120', 'live 121'])
    expect(lastSeq()).toBe(122)
  })

  test('[SDK-2] while its connection is lost the timeline says that newer entries may exist', async () => {
    await followLive()
    expect(status()).toBe('live')
    chat.stream.handlers.lost()
    expect(status()).toBe('catching-up')
    chat.goLive()
    expect(status()).toBe('live')
    expect(chat.streams).toHaveLength(1)
  })

  test('[SDK-2] where an entry is missing it is opened again from the last one, and the old stream is closed', async () => {
    await followLive()
    const lost = chat.write()
    chat.write()
    const [entry] = (await chat.serverApi.page({ chatId: chat.chatId, limit: 1 })).entries
    if (entry !== undefined) chat.frame({ t: 'ev', events: [entry] })
    expect(chat.streams.map(({ cursor, isOpen }) => [cursor, isOpen])).toEqual([
      ['e:120', false],
      ['e:120', true],
    ])
    expect(lastSeq()).toBe(lost.seq - 1)
  })

  test('[SDK-2] it is opened again when it stays behind the end of the log for two seconds, each time', async () => {
    await followLive()
    for (const streams of [2, 3]) {
      chat.write()
      chat.frame({ t: 'hb', top: chat.top })
      await tick(1_999)
      chat.frame({ t: 'hb', top: chat.top })
      expect(chat.streams).toHaveLength(streams - 1)
      await tick(1)
      expect(chat.streams).toHaveLength(streams)
      chat.deliver()
      chat.goLive()
    }
    expect(lastSeq()).toBe(122)
    await tick(60_000)
    expect(chat.streams).toHaveLength(3)
  })

  test('[SDK-2] [SDK-4] one that ended is opened again after a wait', async () => {
    await followLive()
    chat.stream.handlers.ended(null, 0)
    expect(status()).toBe('catching-up')
    expect(chat.streams.map(({ isOpen }) => isOpen)).toEqual([false])
    await tick(499)
    expect(chat.streams).toHaveLength(1)
    await tick(1)
    expect(chat.streams.map(({ isOpen }) => isOpen)).toEqual([false, true])
  })

  test('[SDK-40] it is not opened, and no page is asked for, before the pause that the server names is over', async () => {
    chat.faults.set('page', refusal('rate_limited', 30_000))
    await follow()
    await tick(29_999)
    expect(pagesAsked()).toBe(1)
    // A new session does not end the pause.
    chat.connection.set({ kind: 'idle' })
    expect(pagesAsked()).toBe(1)
    chat.faults.clear()
    await tick(1)
    expect(pagesAsked()).toBe(2)
    chat.stream.handlers.ended('rate_limited', 30_000)
    await tick(29_999)
    expect(chat.streams).toHaveLength(1)
    await tick(1)
    expect(chat.streams).toHaveLength(2)
  })

  test('[SDK-40] an older page is not asked for before the pause that the server names is over', async () => {
    await followLive()
    chat.faults.set('page', refusal('rate_limited', 30_000))
    void follower.loadOlder()
    await tick(29_999)
    expect(pagesAsked()).toBe(2)
    await tick(1)
    expect(pagesAsked()).toBe(3)
  })

  test('[SDK-4] an older page that fails for long is asked for more and more rarely', async () => {
    await followLive()
    chat.faults.set('page', new Error('The connection broke.'))
    void follower.loadOlder()
    await tick(5_000)
    const before = pagesAsked()
    expect(before).toBeGreaterThan(6)
    await tick(60_000)
    expect(pagesAsked() - before).toBeLessThan(10)
  })
})

describe('a refused timeline', () => {
  test('[SDK-2] it fails with the code of the server, and a new session tries again', async () => {
    chat.faults.set('page', new SdkError('forbidden'))
    await follow()
    expect(follower.getSnapshot()).toMatchObject({ status: 'failed', error: 'forbidden', entries: [] })
    await tick(60_000)
    chat.connection.set({ kind: 'connecting' })
    chat.connection.set({ kind: 'online', via: 'socket' })
    expect(pagesAsked()).toBe(1)
    chat.faults.clear()
    chat.connection.set({ kind: 'idle' })
    expect(follower.getSnapshot()).toMatchObject({ status: 'loading', error: null })
    await tick()
    expect(lastSeq()).toBe(120)
  })

  test('[SDK-2] one whose stream was refused keeps what it shows, and goes on from there in a new session', async () => {
    await followLive()
    chat.stream.handlers.ended('not_found', 0)
    expect(follower.getSnapshot()).toMatchObject({ status: 'failed', error: 'not_found' })
    expect(lastSeq()).toBe(120)
    await tick(60_000)
    expect(chat.streams.map(({ isOpen }) => isOpen)).toEqual([false])
    chat.connection.set({ kind: 'idle' })
    expect(chat.streams.map(({ cursor, isOpen }) => [cursor, isOpen])).toEqual([
      ['e:120', false],
      ['e:120', true],
    ])
    expect(pagesAsked()).toBe(1)
  })

  test.each([
    { code: null, error: 'unauthenticated' },
    { code: 'unavailable', error: 'unavailable' },
    { code: 'forbidden', error: 'forbidden' },
  ] as const)('[SDK-6] after the session has ended, $code fails it as $error', async ({ code, error }) => {
    await followLive()
    chat.connection.set({ kind: 'ended', reason: 'unauthenticated' })
    chat.stream.handlers.ended(code, 0)
    expect(follower.getSnapshot()).toMatchObject({ status: 'failed', error })
  })

  test('[SDK-6] after the session has ended, a page is not asked for again', async () => {
    await followLive()
    chat.connection.set({ kind: 'ended', reason: 'unauthenticated' })
    chat.faults.set('page', new Error('The connection broke.'))
    await follower.loadOlder()
    await tick(60_000)
    expect(pagesAsked()).toBe(2)
  })
})

describe('loadOlder', () => {
  test('[SDK-5] it resolves when the page is here, not at another change before', async () => {
    await followLive()
    chat.faults.set('page', new Error('The connection broke.'))
    let isHere = false
    const older = follower.loadOlder().then(() => {
      isHere = true
    })
    chat.write()
    chat.deliver()
    await tick()
    expect(isHere).toBe(false)
    expect(follower.getSnapshot()).toMatchObject({ loadingOlder: true })
    chat.faults.clear()
    await tick(1_000)
    await older
    expect(follower.getSnapshot().entries.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 101 }, (_, at) => at + 21),
    )
    expect(chat.inputsOf('page')[1]).toEqual({ chatId: chat.chatId, beforeSeq: 71, limit: 50 })
  })

  test('[SDK-5] it resolves at once where there is nothing older', async () => {
    await followLive()
    for (let page = 0; page < 3; page += 1) await follower.loadOlder()
    expect(pagesAsked()).toBe(3)
    expect(follower.getSnapshot()).toMatchObject({ hasMore: false, loadingOlder: false })
  })
})

describe('the page to store', () => {
  test('[SDK-20] it is the newest entries, from which a follower goes on', async () => {
    await followLive()
    const page = follower.newestPage(30)
    expect(page).toMatchObject({ cursor: 'e:120', hasMore: true })
    expect(page?.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, at) => at + 91))
    follower.stop()
    expect(follower.newestPage(30)).toEqual(page)
  })

  test('[SDK-20] there is none before something was loaded', async () => {
    chat.faults.set('page', new Error('The connection broke.'))
    follower = followChat(chat.serverApi, { chatId: chat.chatId, outbox })
    expect(follower.newestPage(30)).toBeNull()
    await tick()
    expect(follower.getSnapshot()).toMatchObject({ status: 'loading' })
    expect(follower.newestPage(30)).toBeNull()
  })

  test('[SDK-20] there is none of a chat that is refused', async () => {
    await followLive()
    chat.stream.handlers.ended('not_found', 0)
    expect(follower.newestPage(30)).toBeNull()
  })
})

describe('stop', () => {
  test('[SDK-2] it closes the stream, and notifies its owner once', async () => {
    await followLive()
    follower.stop()
    follower.stop()
    expect(stops).toBe(1)
    expect(chat.stream.isOpen).toBe(false)
  })

  test.each([
    ['a stream to open again', () => chat.stream.handlers.ended(null, 0)],
    ['a stream that is behind', () => chat.frame({ t: 'hb', top: 130 })],
    ['somebody who types', typing],
  ] as const)('[SDK-2] it leaves no timer for %s', async (_, wait) => {
    await followLive()
    wait()
    expect(vi.getTimerCount()).toBe(1)
    follower.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[SDK-2] nothing that changes later changes it', async () => {
    await followLive()
    follower.stop()
    const stopped = follower.getSnapshot()
    follower.send('x', { clientMsgId: 'later' })
    typing()
    chat.connection.set({ kind: 'idle' })
    expect(follower.getSnapshot()).toBe(stopped)
  })
})

function typing(): void {
  chat.frame({ t: 'typing', userId: chat.operator, role: 'operator', until: '2026-01-01T00:00:00.000Z' })
}
