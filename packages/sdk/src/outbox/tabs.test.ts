import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ModelChat, type ModelRequest } from '../testing/outbox/model-chat.ts'
import { ModelDevice } from '../testing/outbox/model-device.ts'
import { ModelTab, type ModelTabOptions } from '../testing/outbox/model-tab.ts'

let device: ModelDevice
let chat: ModelChat
let tabs: ModelTab[]

beforeEach(() => {
  vi.useFakeTimers()
  device = new ModelDevice()
  chat = new ModelChat()
  tabs = []
})

afterEach(() => {
  for (const tab of tabs) tab.die()
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

/** A tab whose log is up to date. */
async function open(options: Partial<ModelTabOptions> = {}): Promise<ModelTab> {
  const tab = new ModelTab({ device, chat, ...options })
  tabs.push(tab)
  await tick()
  tab.showLog()
  await tick()
  return tab
}

function newest(): ModelRequest {
  const request = chat.requests.at(-1)
  if (request === undefined) throw new Error('Nothing was sent.')
  return request
}

const sent = () => chat.requests.map(({ ids }) => ids)

describe('an outbox in many tabs', () => {
  test('[SDK-10] a tab that is opened later shows and sends the messages of an earlier one', async () => {
    const before = await open()
    before.connection.set({ kind: 'waiting', attempt: 3, retryAt: 0 })
    before.write('a')
    before.write('b')
    await tick()
    before.die()
    const after = await open()
    expect(after.stages).toEqual(['a sending', 'b sending'])
    expect(sent()).toEqual([['a', 'b']])
  })

  test('[SDK-10] a tab that dies right after a message was written does not lose it', async () => {
    const before = await open({ delay: () => new Promise(() => {}) })
    before.write('a')
    before.write('b')
    before.die()
    expect(await device.rows.read()).toEqual([])
    await open()
    expect(sent()).toEqual([['a', 'b']])
  })

  test('[SDK-11] a message in the log is not sent again, even if its tab was killed before the answer', async () => {
    const before = await open()
    before.write('a')
    await tick()
    newest().arrive()
    before.die()
    const after = await open()
    expect(after.stages).toEqual([])
    expect(await device.rows.read()).toEqual([])
    expect(sent()).toEqual([['a']])
  })

  test('[SDK-11] a message that is in the log of another tab stays shown until the own log has it', async () => {
    const first = await open()
    first.write('a')
    await tick()
    newest().arrive()
    newest().giveUp()
    const second = new ModelTab({ device, chat })
    tabs.push(second)
    // Its log is loaded before it has read the queue.
    second.showLog()
    await tick()
    expect(second.stages).toEqual([])
    expect(await device.rows.read()).toEqual([])
    expect(first.stages).toEqual(['a stored'])
    first.showLog()
    expect(first.stages).toEqual([])
    expect(sent()).toEqual([['a']])
  })

  test('[SDK-11] a log that does not resume does not delay sending for ever', async () => {
    const tab = new ModelTab({ device, chat })
    tabs.push(tab)
    tab.write('a')
    await tick(4_000)
    expect(sent()).toEqual([])
    await tick(2_000)
    expect(sent()).toEqual([['a']])
  })

  test('[SDK-11] one tab sends for all, and all show the same', async () => {
    const [first, second] = [await open(), await open()]
    first.write('a')
    await tick()
    second.write('b')
    await tick()
    expect(sent()).toEqual([['a']])
    expect(first.stages).toEqual(['a sending', 'b queued'])
    expect(second.stages).toEqual(['a queued', 'b queued'])
    newest().answer()
    await tick()
    expect(sent()).toEqual([['a'], ['b']])
    expect(second.stages).toEqual(['a stored', 'b queued'])
    newest().answer()
    await tick()
    for (const tab of [first, second]) tab.showLog()
    expect([...first.stages, ...second.stages]).toEqual([])
  })

  test('[SDK-11] when the sending tab dies the next one takes over, with the oldest message first', async () => {
    const [first, second] = [await open(), await open()]
    first.write('a')
    await tick()
    second.write('b')
    await tick()
    first.die()
    await tick()
    expect(sent()).toEqual([['a'], ['a', 'b']])
  })

  test('[SDK-11] a frozen tab that holds the lock does not delay the others for ever', async () => {
    const first = await open()
    first.write('a')
    await tick()
    const second = await open()
    await tick(9_000)
    expect(sent()).toEqual([['a']])
    await tick(2_000)
    expect(sent()).toEqual([['a'], ['a']])
    newest().answer()
    await tick()
    expect(second.stages).toEqual(['a stored'])
  })

  test('[SDK-11] without locks both tabs send, and each message is stored once and in order', async () => {
    const [first, second] = [await open({ hasLocks: false }), await open({ hasLocks: false })]
    first.write('a')
    await tick()
    second.write('b')
    await tick()
    expect(sent()).toEqual([['a'], ['a'], ['a', 'b']].slice(0, sent().length))
    for (let round = 0; round < 4; round += 1) {
      for (const request of chat.requests.toReversed()) request.answer()
      await tick(1_000)
    }
    expect(chat.log).toEqual(['a', 'b'])
  })

  test('[SDK-12] a refusal is shown in all tabs, and so is a retry', async () => {
    const [first, second] = [await open(), await open()]
    chat.isClosed = true
    first.write('a')
    await tick()
    newest().answer()
    await tick()
    expect([first.stages, second.stages]).toEqual([['a failed'], ['a failed']])
    second.outbox.retry('a')
    await tick()
    expect([first.stages, second.stages]).toEqual([['a queued'], ['a sending']])
  })

  test('[SDK-12] a message that another tab discards is removed', async () => {
    const [first, second] = [await open(), await open()]
    chat.isClosed = true
    first.write('a')
    await tick()
    newest().answer()
    await tick()
    second.outbox.discard('a')
    await tick()
    expect([first.stages, second.stages]).toEqual([[], []])
  })

  test('[SDK-12] a message that waits for the lock is unconfirmed after ten seconds', async () => {
    const first = await open()
    first.write('a')
    await tick()
    const second = await open()
    second.write('b')
    await tick(5_000)
    expect(second.stages).toEqual(['a queued', 'b queued'])
    second.connection.set({ kind: 'waiting', attempt: 3, retryAt: 0 })
    await tick(6_000)
    expect(second.stages).toEqual(['a unconfirmed', 'b unconfirmed'])
  })

  test('[SDK-13] a message that waited for more than a day is held, and blocks no later one', async () => {
    const before = await open()
    before.connection.set({ kind: 'waiting', attempt: 3, retryAt: 0 })
    before.write('old')
    await tick()
    before.die()
    vi.setSystemTime(Date.now() + 25 * 3_600_000)
    const after = await open()
    expect(after.stages).toEqual(['old held'])
    after.write('new')
    await tick()
    expect(sent()).toEqual([['new']])
    newest().answer()
    await tick()
    after.outbox.release('old')
    await tick()
    expect(sent()).toEqual([['new'], ['old']])
  })

  test('[SDK-13] after two days of sleep a message is held in every tab, and one decision is enough', async () => {
    const [first, second] = [await open(), await open()]
    for (const tab of [first, second]) tab.connection.set({ kind: 'waiting', attempt: 3, retryAt: 0 })
    first.write('old')
    await tick()
    vi.setSystemTime(Date.now() + 48 * 3_600_000)
    for (const tab of [first, second]) tab.connection.set({ kind: 'online', via: 'socket' })
    await tick(2_000)
    expect([first.stages, second.stages]).toEqual([['old held'], ['old held']])
    expect(sent()).toEqual([])
    second.outbox.discard('old')
    await tick()
    expect([first.stages, second.stages]).toEqual([[], []])
  })
})
