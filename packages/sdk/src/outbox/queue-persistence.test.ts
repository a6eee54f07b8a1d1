import { chatIdSchema } from '@deskbell/contract/ids'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createStore, type Writable } from '../base/store.ts'
import { deferred } from '../base/timers.ts'
import { type AccountStore, createMemoryAccountStore } from './account-store.ts'
import { QueuePersistence } from './queue-persistence.ts'
import { discard, enqueue, observe, type Queue, type QueueItem, retryFailed } from './queue-state.ts'

const chatId = chatIdSchema.parse(1)

let queue: Writable<Queue>
let written: number
let persistence: QueuePersistence

beforeEach(() => {
  queue = createStore<Queue>([])
  written = 0
  persistence = new QueuePersistence({
    chatId,
    queue,
    staysWithoutRow: () => false,
    removeSeen: (merged) => merged,
    onMerged: () => {},
    onWritten: () => {
      written += 1
    },
  })
})

function write(clientMsgId: string): void {
  const item = { clientMsgId, text: 'x', createdAt: '2026-01-01T00:00:00.000Z', waitsSince: 1 }
  queue.set(enqueue(queue.getSnapshot(), item))
}

/** The server refuses these. */
function refuse(...ids: string[]): void {
  const failed = (item: QueueItem): QueueItem => ({ ...item, stage: 'failed', code: 'chat_closed' })
  queue.set(queue.getSnapshot().map((item) => (ids.includes(item.clientMsgId) ? failed(item) : item)))
}

function change(step: (queue: Queue, clientMsgId: string) => Queue, clientMsgId: string): void {
  queue.set(step(queue.getSnapshot(), clientMsgId))
}

const shown = () => queue.getSnapshot().map(({ clientMsgId, stage }) => `${clientMsgId} ${stage}`)

/** The calls of a storage wait from now on, until the test lets them go. */
function holdBack(store: AccountStore, call: 'read' | 'write') {
  const gates: ReturnType<typeof deferred<void>>[] = []
  const real = store[call].bind(store) as (...given: unknown[]) => Promise<unknown>
  vi.spyOn(store, call).mockImplementation(async (...given: unknown[]) => {
    const answer = await real(...given)
    const gate = deferred<void>()
    gates.push(gate)
    await gate.promise
    return answer as never
  })
  return {
    async next(): Promise<void> {
      await vi.waitFor(() => expect(gates).not.toEqual([]))
      gates.shift()?.resolve()
      await settled()
    },
  }
}

/** Everything that needs no storage has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

async function open(): Promise<AccountStore> {
  const store = createMemoryAccountStore()
  persistence.use(store)
  await persistence.refresh()
  return store
}

describe('QueuePersistence', () => {
  test('[SDK-11] a message has its place once it is written', async () => {
    await open()
    write('a')
    await vi.waitFor(() => expect(queue.getSnapshot()).toMatchObject([{ clientMsgId: 'a', order: 1 }]))
  })

  test('[SDK-11] a message that is retried has the last place, as in the storage', async () => {
    await open()
    for (const id of ['a', 'b']) write(id)
    await persistence.refresh()
    refuse('a')
    await settled()
    change((all, id) => retryFailed(all, id, 7), 'a')
    await settled()
    const orders = queue.getSnapshot().map(({ clientMsgId, order }) => [clientMsgId, order])
    expect(orders).toEqual([
      ['b', 2],
      ['a', 3],
    ])
  })

  test('[SDK-10] a message that is discarded while the storage is read does not come back', async () => {
    const store = await open()
    write('a')
    await persistence.refresh()
    refuse('a')
    await settled()
    const reads = holdBack(store, 'read')
    const refreshed = persistence.refresh()
    await settled()
    change(discard, 'a')
    expect(shown()).toEqual([])
    await reads.next()
    expect(shown()).toEqual([])
    await reads.next()
    await refreshed
    expect(shown()).toEqual([])
  })

  test('[SDK-10] what was read for an account that has left is not shown', async () => {
    const store = await open()
    write('a')
    await persistence.refresh()
    const reads = holdBack(store, 'read')
    void persistence.refresh()
    await settled()
    persistence.leave()
    await reads.next()
    expect(shown()).toEqual([])
    expect(await store.chats()).toEqual(new Set([chatId]))
  })

  test('[SDK-10] a read that was asked for without a storage does not prevent later ones', async () => {
    write('a')
    await persistence.refresh()
    expect(shown()).toEqual(['a queued'])
    expect(persistence.isBusy).toBe(false)
    await open()
    expect(queue.getSnapshot()).toMatchObject([{ clientMsgId: 'a', order: 1 }])
  })

  test('[SDK-10] an account that leaves while its rows are read is not read again', async () => {
    const store = await open()
    const reads = holdBack(store, 'read')
    const refreshed = [persistence.refresh(), persistence.refresh()]
    await settled()
    persistence.leave()
    await reads.next()
    await Promise.all(refreshed)
    expect(store.read).toHaveBeenCalledOnce()
    expect(persistence.isBusy).toBe(false)
  })

  test('[SDK-10] it is busy until the last write has reached the storage, and says so once', async () => {
    const store = await open()
    for (const id of ['a', 'b']) write(id)
    await persistence.refresh()
    const writes = holdBack(store, 'write')
    written = 0
    for (const id of ['a', 'b']) change((all, seen) => observe(all, new Set([seen]), 0), id)
    await settled()
    expect(persistence.isBusy).toBe(true)
    await writes.next()
    expect([persistence.isBusy, written]).toEqual([true, 0])
    await writes.next()
    expect([persistence.isBusy, written]).toEqual([false, 1])
  })

  test('[SDK-10] it is busy while it reads, and says so when it has', async () => {
    const store = await open()
    const reads = holdBack(store, 'read')
    written = 0
    void persistence.refresh()
    await settled()
    expect([persistence.isBusy, written]).toEqual([true, 0])
    await reads.next()
    expect([persistence.isBusy, written]).toEqual([false, 1])
  })

  test('[SDK-10] a read that ends before a write is not the end', async () => {
    const store = await open()
    write('a')
    await persistence.refresh()
    const writes = holdBack(store, 'write')
    change((all, seen) => observe(all, new Set([seen]), 0), 'a')
    written = 0
    await persistence.refresh()
    expect([persistence.isBusy, written]).toEqual([true, 0])
    await writes.next()
    expect([persistence.isBusy, written]).toEqual([false, 1])
  })

  test('[SDK-10] a write that ends before a read is not the end', async () => {
    const store = await open()
    const reads = holdBack(store, 'read')
    write('a')
    await settled()
    expect([persistence.isBusy, written]).toEqual([true, 1])
    await reads.next()
    expect([persistence.isBusy, written]).toEqual([false, 2])
  })

  test('[SDK-10] after the stop the rows stay as they are', async () => {
    const store = await open()
    write('a')
    await persistence.refresh()
    persistence.stop()
    queue.set([])
    await settled()
    expect(await store.read(chatId)).toMatchObject([{ clientMsgId: 'a' }])
  })
})
