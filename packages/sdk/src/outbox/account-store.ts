import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { importCode } from '../base/import-code.ts'
import type { NewItem, Queue, QueueItem } from './queue-state.ts'
import { acquireSendLock, type Notice, Notices, type SendLock } from './storage/between-tabs.ts'
import type { Browser } from './storage/browser.ts'
import { FallbackStorage } from './storage/fallback-storage.ts'
import { Journal } from './storage/journal.ts'
import { MemoryStorage } from './storage/memory-storage.ts'
import { type NewRow, type OutboxRow, type OutboxStorage, toNewRow } from './storage/outbox-storage.ts'

/** Stores the queued messages of one account, and coordinates its tabs. No call ever rejects. */
export interface AccountStore {
  /** If `localStorage` has room, the text is safe when this returns. Writes take effect in the order of the calls. */
  write(chatId: ChatId, change: StorageChange): Promise<void>
  /** Returns the rows of a chat after all writes so far, of all tabs. */
  read(chatId: ChatId): Promise<OutboxRow[]>
  /** The chats that have queued messages. */
  chats(): Promise<ReadonlySet<ChatId>>
  sendLock(chatId: ChatId): SendLock
  /** Notifies the other tabs that the server has stored these messages. */
  publishStored(chatId: ChatId, stored: readonly Message[]): void
  close(): void
}

export type DeviceAccountOptions = {
  readonly account: string
  readonly browser: Browser
  /** Reports whether messages that are written here outlive the page. */
  onKept(isKept: boolean): void
  /** The database opened late: it may have more rows than were read before. */
  onRestored(): void
  /** Another tab has changed something. */
  onNotice(notice: Notice): void
}

export function createDeviceAccountStore({
  account,
  browser,
  onKept,
  onRestored,
  onNotice,
}: DeviceAccountOptions): AccountStore {
  const { indexedDB } = browser
  const journal = new Journal(browser.localStorage, account)
  const storage = new FallbackStorage({
    open: () => openDevice(indexedDB, account),
    onDevice(isWorking) {
      // The journal contains what is written without the device, but not what a lost device contained.
      onKept(isWorking || (journal.isWorking() && !storage.isLost))
      if (isWorking) void accountStore.emptyJournal().then(onRestored)
    },
  })
  const accountStore = new StoredAccount({
    account,
    storage,
    isKept: () => storage.isKept,
    onNotKept: () => onKept(false),
    journal,
    notices: new Notices(browser.BroadcastChannel, `deskbell-outbox:${account}`, onNotice),
    locks: browser.locks,
  })
  return accountStore
}

/** Loads the code for the database and opens it. Memory and journal work meanwhile, however long that takes. */
async function openDevice(factory: Browser['indexedDB'], account: string): Promise<OutboxStorage> {
  if (factory === null) throw new Error('This browser gives no database.')
  const { openIndexedDb } = await importCode(() => import('./storage/indexeddb-storage.ts'))
  return await openIndexedDb(factory, account)
}

/** For programs without a device. It is in memory and not shared. */
export function createMemoryAccountStore(): AccountStore {
  return createAccountStore({
    account: '',
    storage: new MemoryStorage(),
    isKept: () => false,
    onNotKept: () => {},
    journal: new Journal(null, ''),
    notices: new Notices(null, '', () => {}),
    locks: null,
  })
}

export function createAccountStore(parts: AccountStoreParts): AccountStore {
  return new StoredAccount(parts)
}

export type AccountStoreParts = {
  readonly account: string
  readonly storage: OutboxStorage
  readonly isKept: () => boolean
  /** Called when a message is only in memory. */
  readonly onNotKept: () => void
  readonly journal: Journal
  readonly notices: Notices
  readonly locks: Browser['locks']
}

class StoredAccount implements AccountStore {
  readonly #parts: AccountStoreParts

  /**
   * Moves messages of a closed page from the journal to the storage first, because they were written before all later
   * ones.
   */
  constructor(parts: AccountStoreParts) {
    this.#parts = parts
    for (const row of parts.journal.read()) void this.#keep(row.chatId, { do: 'add', item: row })
  }

  write(chatId: ChatId, change: StorageChange): Promise<void> {
    const isWritten = change.do === 'add' || change.do === 'retry'
    const isInJournal = isWritten && this.#parts.journal.write(toRow(chatId, change.item))
    return this.#keep(chatId, change, isWritten && !isInJournal)
  }

  /** Removes from the journal what the database contains. */
  async emptyJournal(): Promise<void> {
    const { storage, journal, isKept } = this.#parts
    const rows = await storage.read()
    if (isKept()) for (const row of rows) journal.drop(row)
  }

  read(chatId: ChatId): Promise<OutboxRow[]> {
    return this.#parts.storage.read(chatId)
  }

  async chats(): Promise<ReadonlySet<ChatId>> {
    const rows = await this.#parts.storage.read()
    return new Set(rows.map((row) => row.chatId))
  }

  sendLock(chatId: ChatId): SendLock {
    return acquireSendLock(this.#parts.locks, `deskbell-outbox:${this.#parts.account}:${chatId}`)
  }

  publishStored(chatId: ChatId, stored: readonly Message[]): void {
    if (stored.length > 0) this.#parts.notices.tell({ chatId, stored })
  }

  close(): void {
    this.#parts.notices.close()
    this.#parts.storage.close()
  }

  async #keep(chatId: ChatId, change: StorageChange, needsStorage = false): Promise<void> {
    const { storage, journal, notices, isKept, onNotKept } = this.#parts
    await applyChange(storage, chatId, change)
    if (needsStorage && !isKept()) onNotKept()
    const { clientMsgId } = change.do === 'remove' ? change : change.item
    if (change.do === 'remove' || isKept()) journal.drop({ chatId, clientMsgId })
    notices.tell({ chatId, stored: [] })
  }
}

/** A change of the queue, as it is written to the storage. */
export type StorageChange =
  | { readonly do: 'add' | 'retry' | 'release'; readonly item: NewItem }
  | { readonly do: 'refuse'; readonly item: NewItem; readonly code: ErrorCode }
  | { readonly do: 'remove'; readonly clientMsgId: string }

/** Returns the changes to write. A stored message needs no row any more: the log contains it. */
export function storageChanges(before: Queue, after: Queue): StorageChange[] {
  const known = new Map(before.map((item) => [item.clientMsgId, item]))
  const left = new Set(after.map((item) => item.clientMsgId))
  const gone = before.filter((item) => !left.has(item.clientMsgId) && item.stage !== 'stored')
  return [
    ...gone.map(({ clientMsgId }): StorageChange => ({ do: 'remove', clientMsgId })),
    ...after.flatMap((item) => changeOf(known.get(item.clientMsgId), item) ?? []),
  ]
}

export async function applyChange(storage: OutboxStorage, chatId: ChatId, change: StorageChange): Promise<void> {
  switch (change.do) {
    case 'add':
      return await storage.add([toRow(chatId, change.item)])
    case 'remove':
      return await storage.remove([{ chatId, clientMsgId: change.clientMsgId }])
    case 'refuse':
      return await storage.change(toRow(chatId, change.item), { code: change.code }, 'stays')
    case 'retry':
      return await storage.change(toRow(chatId, change.item), { code: null, waitsSince: change.item.waitsSince }, 'end')
    case 'release':
      return await storage.change(toRow(chatId, change.item), { waitsSince: change.item.waitsSince }, 'stays')
  }
}

export function toRow(chatId: ChatId, item: NewItem): NewRow {
  return toNewRow({ chatId, ...item })
}

function changeOf(before: QueueItem | undefined, item: QueueItem): StorageChange | null {
  if (before === undefined) return item.stage === 'stored' ? null : { do: 'add', item }
  if (before.stage === item.stage) return null
  if (item.stage === 'stored') return { do: 'remove', clientMsgId: item.clientMsgId }
  if (item.stage === 'failed') return { do: 'refuse', item, code: item.code }
  if (before.stage === 'failed') return { do: 'retry', item }
  return before.stage === 'held' ? { do: 'release', item } : null
}
