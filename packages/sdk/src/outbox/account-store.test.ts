import { chatIdSchema } from '@deskbell/contract/ids'
import { messageSchema } from '@deskbell/contract/messages'
import { IDBDatabase, IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ModelDevice } from '../testing/outbox/model-device.ts'
import {
  type AccountStore,
  applyChange,
  createDeviceAccountStore,
  type StorageChange,
  storageChanges,
} from './account-store.ts'
import type { NewItem, QueueItem } from './queue-state.ts'
import type { Notice } from './storage/between-tabs.ts'
import type { Browser, DatabaseFactory, TextStore } from './storage/browser.ts'
import { MemoryStorage } from './storage/memory-storage.ts'

const chatId = chatIdSchema.parse(1)
const otherChatId = chatIdSchema.parse(2)
const createdAt = '2026-01-01T00:00:00.000Z'
/** A database that was refused is tried again after this. */
const retryMs = 2_000

let device: ModelDevice
let indexedDB: DatabaseFactory
let opened: AccountStore[]

beforeEach(() => {
  // The database of the tests uses `setImmediate`.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  device = new ModelDevice()
  indexedDB = new IDBFactory()
  opened = []
})

afterEach(() => {
  for (const store of opened) store.close()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

type Page = { store: AccountStore; kept: boolean[]; restored: number; notices: Notice[]; die(): void }

function openPage(given: Partial<Browser> & { account?: string; onKept?: (kept: readonly boolean[]) => void } = {}) {
  const { account = 'ann', onKept = () => {}, ...parts } = given
  const { browser, die } = device.openTab()
  const page: Omit<Page, 'store'> = { kept: [], restored: 0, notices: [], die }
  const store = createDeviceAccountStore({
    account,
    browser: { ...browser, indexedDB, ...parts },
    onKept(isKept) {
      page.kept.push(isKept)
      onKept(page.kept)
    },
    onRestored: () => {
      page.restored += 1
    },
    onNotice: (notice) => page.notices.push(notice),
  })
  opened.push(store)
  return Object.assign(page, { store })
}

/** A database that is refused at first, and can be opened when it is tried again. */
function lateDatabase(real: DatabaseFactory): DatabaseFactory {
  let tries = 0
  return {
    open(name, version) {
      tries += 1
      if (tries === 1) throw new DOMException('Not now.', 'InvalidStateError')
      return real.open(name, version)
    },
  }
}

/** A `localStorage` that has no more room once it is `full`. */
function smallTexts(): TextStore & { full: boolean } {
  const real = device.openTab().browser.localStorage
  if (real === null) throw new Error('The device has texts.')
  const setItem = (key: string, text: string) => {
    if (texts.full) throw new DOMException('The quota is exceeded.', 'QuotaExceededError')
    real.setItem(key, text)
  }
  const texts = { ...real, full: false, setItem }
  return texts
}

function item(clientMsgId: string, waitsSince = 1): NewItem {
  return { clientMsgId, text: 'x', createdAt, waitsSince }
}

function add(store: AccountStore, clientMsgId: string): Promise<void> {
  return store.write(chatId, { do: 'add', item: item(clientMsgId) })
}

const idsOf = async (store: AccountStore) => (await store.read(chatId)).map((row) => row.clientMsgId)

/** What a page leaves in `localStorage`. */
function journaled(): number {
  return device.openTab().browser.localStorage?.length ?? 0
}

/** Everything that needs no timer has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

const message = messageSchema.parse({
  ...{ chatId, userId: 1, direction: 'in', type: 'text', text: 'x', status: 'new' },
  ...{ id: 5, seq: 5, clientMsgId: 'a', createdAt },
})

describe('the accounts of a device', () => {
  test('[SDK-10] what is stored is reported to the pages of the same account, until they are closed', async () => {
    const [ann, annToo, bob] = [openPage(), openPage(), openPage({ account: 'bob' })]
    ann.store.publishStored(chatId, [])
    ann.store.publishStored(chatId, [message])
    expect([annToo.notices, bob.notices]).toEqual([[{ chatId, stored: [message] }], []])
    annToo.store.close()
    ann.store.publishStored(chatId, [message])
    expect(annToo.notices).toHaveLength(1)
  })

  test('[SDK-11] each chat of each account has a lock of its own', async () => {
    const [ann, annToo, bob] = [openPage().store, openPage().store, openPage({ account: 'bob' }).store]
    const acquired: string[] = []
    const request = (name: string, store: AccountStore, of = chatId) => {
      const lock = store.sendLock(of)
      void lock.acquired.then(() => acquired.push(name))
      return lock
    }
    const first = request('first', ann)
    const others = [request('next', annToo), request('other chat', ann, otherChatId), request('other user', bob)]
    await settled()
    expect(acquired).toEqual(['first', 'other chat', 'other user'])
    first.release()
    await settled()
    expect(acquired).toEqual(['first', 'other chat', 'other user', 'next'])
    for (const lock of others) lock.release()
  })

  test('[SDK-10] a page that is closed closes its database', async () => {
    const close = vi.fn()
    const noting: DatabaseFactory = {
      open(name, version) {
        const request = indexedDB.open(name, version)
        request.addEventListener('success', () => vi.spyOn(request.result, 'close').mockImplementation(close))
        return request
      },
    }
    const { store } = openPage({ indexedDB: noting })
    await add(store, 'a')
    store.close()
    await vi.waitFor(() => expect(close).toHaveBeenCalledOnce())
  })
})

describe('a device without a database', () => {
  test('[SDK-10] messages outlive the page while they can be written as texts', async () => {
    const page = openPage({ indexedDB: null })
    await add(page.store, 'a')
    await settled()
    expect([page.kept, page.restored]).toEqual([[true], 0])
    page.die()
    const next = openPage({ indexedDB: null })
    expect(await idsOf(next.store)).toEqual(['a'])
    await settled()
    expect([next.kept, next.restored]).toEqual([[true], 0])
  })

  test('[SDK-10] without texts nothing outlives the page, which is reported before anything is written', async () => {
    const page = openPage({ indexedDB: null, localStorage: null })
    await vi.waitFor(() => expect(page.kept).toEqual([false]))
  })

  test.each(['add', 'retry'] as const)('[SDK-10] a message without room is reported: %s', async (what) => {
    const texts = smallTexts()
    const page = openPage({ indexedDB: null, localStorage: texts })
    await add(page.store, 'a')
    expect(page.kept).toEqual([true])
    texts.full = true
    await page.store.write(chatId, { do: what, item: item('b') })
    expect(page.kept).toEqual([true, false])
  })

  test('[SDK-10] a message that is sent or discarded does not come back with the next page', async () => {
    const page = openPage({ indexedDB: null })
    await add(page.store, 'a')
    await page.store.write(chatId, { do: 'remove', clientMsgId: 'a' })
    page.die()
    expect(await idsOf(openPage().store)).toEqual([])
  })

  test('[SDK-13] a message that is retried waits anew, in the next page too', async () => {
    const page = openPage({ indexedDB: null })
    await add(page.store, 'a')
    await page.store.write(chatId, { do: 'retry', item: item('a', 7) })
    page.die()
    expect(await openPage().store.read(chatId)).toMatchObject([{ clientMsgId: 'a', waitsSince: 7 }])
  })
})

describe('a device with a database', () => {
  test('[SDK-10] needs no room for texts', async () => {
    const texts = smallTexts()
    texts.full = true
    const page = openPage({ localStorage: texts })
    await add(page.store, 'a')
    expect(page.kept).toEqual([])
    expect(await idsOf(openPage().store)).toEqual(['a'])
  })

  test('[SDK-21] that opens late has what was written meanwhile, once, and the texts are removed', async () => {
    const page = openPage({ indexedDB: lateDatabase(indexedDB) })
    await add(page.store, 'a')
    expect(journaled()).toBe(1)
    await vi.advanceTimersByTimeAsync(retryMs)
    await vi.waitFor(() => expect(page.restored).toBe(1))
    expect([journaled(), page.kept]).toEqual([0, [true, true]])
    expect(await idsOf(openPage().store)).toEqual(['a'])
  })

  test('[SDK-21] that breaks as soon as it has opened costs no message, and the loss is reported', async () => {
    const broken = () => {
      throw new DOMException('The disk is full.', 'QuotaExceededError')
    }
    const onKept = (kept: readonly boolean[]) => {
      if (kept.length === 2) vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(broken)
    }
    const page = openPage({ indexedDB: lateDatabase(indexedDB), onKept })
    await add(page.store, 'a')
    await vi.advanceTimersByTimeAsync(retryMs)
    await vi.waitFor(() => expect(page.restored).toBe(1))
    expect([journaled(), page.kept]).toEqual([1, [true, true, false]])
  })

  test('[SDK-11] that opens late moves a retried message behind those of the other pages', async () => {
    const late = openPage({ indexedDB: lateDatabase(indexedDB) })
    await add(late.store, 'a')
    const other = openPage()
    await add(other.store, 'b')
    await late.store.write(chatId, { do: 'retry', item: item('a', 7) })
    expect(await idsOf(other.store)).toEqual(['a', 'b'])
    await vi.advanceTimersByTimeAsync(retryMs)
    await vi.waitFor(() => expect(late.restored).toBe(1))
    expect(await idsOf(other.store)).toEqual(['b', 'a'])
  })
})

describe('the changes that are stored', () => {
  const inStage = (stage: QueueItem['stage'], clientMsgId = 'a'): QueueItem => {
    const fixed = { ...item(clientMsgId), seq: null, order: 1 }
    return stage === 'failed' ? { ...fixed, stage, code: 'chat_closed' } : { ...fixed, stage, code: null }
  }

  test.each<[QueueItem['stage'] | null, QueueItem['stage'] | null, StorageChange['do'] | null]>([
    [null, 'queued', 'add'],
    [null, 'stored', null],
    ['queued', 'sending', null],
    ['queued', 'held', null],
    ['sending', 'stored', 'remove'],
    ['sending', 'failed', 'refuse'],
    ['failed', 'failed', null],
    ['failed', 'queued', 'retry'],
    ['held', 'held', null],
    ['held', 'queued', 'release'],
    ['queued', null, 'remove'],
    ['stored', null, null],
    ['stored', 'stored', null],
  ])('[SDK-10] from %s to %s: %s', (before, after, change) => {
    const queueOf = (stage: typeof before) => (stage === null ? [] : [inStage(stage)])
    const changes = storageChanges(queueOf(before), queueOf(after))
    expect(changes.map((each) => each.do)).toEqual(change === null ? [] : [change])
  })

  test('[SDK-11] a refused or released message keeps its place', async () => {
    const rows = new MemoryStorage()
    for (const id of ['a', 'b', 'c']) await applyChange(rows, chatId, { do: 'add', item: item(id) })
    await applyChange(rows, chatId, { do: 'refuse', item: item('a'), code: 'chat_closed' })
    await applyChange(rows, chatId, { do: 'release', item: item('b', 7) })
    const found = (await rows.read()).map(({ clientMsgId, code, waitsSince }) => [clientMsgId, code, waitsSince])
    expect(found).toEqual([
      ['a', 'chat_closed', 1],
      ['b', null, 7],
      ['c', null, 1],
    ])
  })
})
