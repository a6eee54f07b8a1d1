import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { importCode } from '../import-code.ts'
import type { Browser } from './browser.ts'
import { FallbackStorage } from './fallback-storage.ts'
import { Journal } from './journal.ts'
import { MemoryStorage } from './memory-storage.ts'
import { type Notice, Notices } from './notices.ts'
import type { OutboxRow, OutboxStorage } from './outbox-storage.ts'
import { applyChange, type StorageChange, toRow } from './storage-changes.ts'
import { type Turn, takeTurn } from './turn.ts'

/** Where the messages of one account wait, and how its tabs agree. No call ever rejects. */
export interface Shelf {
  /** The text is safe when this returns. Writes take effect in the order of the calls. */
  write(chatId: ChatId, change: StorageChange): Promise<void>
  /** What waits in a chat after all writes so far, of all tabs. */
  read(chatId: ChatId): Promise<OutboxRow[]>
  /** The chats in which something waits. */
  chats(): Promise<ReadonlySet<ChatId>>
  turn(chatId: ChatId): Turn
  /** Tells the other tabs that these are stored. */
  tellStored(chatId: ChatId, stored: readonly Message[]): void
  close(): void
}

export type DeviceShelfOptions = {
  readonly account: string
  readonly browser: Browser
  /** Does what is written here outlive the page? */
  onKept(isKept: boolean): void
  /** The database opened late: it may have more than was read before. */
  onRestored(): void
  /** Another tab has changed something. */
  onNotice(notice: Notice): void
}

export function createDeviceShelf({ account, browser, onKept, onRestored, onNotice }: DeviceShelfOptions): Shelf {
  const { indexedDB } = browser
  const journal = new Journal(browser.localStorage, account)
  const storage = new FallbackStorage({
    open: () => openDevice(indexedDB, account),
    onDevice(isWorking) {
      // The journal has what was written while the device was slow, and not what the device had.
      onKept(isWorking || (journal.isWorking() && !storage.isLost))
      if (isWorking) void shelf.emptyJournal().then(onRestored)
    },
  })
  const shelf = new AccountShelf({
    account,
    storage,
    isKept: () => storage.isKept,
    onNotKept: () => onKept(false),
    journal,
    notices: new Notices(browser.BroadcastChannel, `deskbell-outbox:${account}`, onNotice),
    locks: browser.locks,
  })
  return shelf
}

/** Its code is loaded when something is to be kept. However long that takes, memory and journal go on meanwhile. */
async function openDevice(factory: Browser['indexedDB'], account: string): Promise<OutboxStorage> {
  if (factory === null) throw new Error('This browser gives no database.')
  const { openIndexedDb } = await importCode(() => import('./indexeddb-storage.ts'))
  return await openIndexedDb(factory, account)
}

/** For programs without a place of their own. Nobody shares it. */
export function createMemoryShelf(): Shelf {
  return createShelf({
    account: '',
    storage: new MemoryStorage(),
    isKept: () => false,
    onNotKept: () => {},
    journal: new Journal(null, ''),
    notices: new Notices(null, '', () => {}),
    locks: null,
  })
}

export function createShelf(parts: ShelfParts): Shelf {
  return new AccountShelf(parts)
}

export type ShelfParts = {
  readonly account: string
  readonly storage: OutboxStorage
  readonly isKept: () => boolean
  /** A message is only in memory. */
  readonly onNotKept: () => void
  readonly journal: Journal
  readonly notices: Notices
  readonly locks: Browser['locks']
}

class AccountShelf implements Shelf {
  readonly #parts: ShelfParts

  /** What a page that died had not yet put into the storage comes first: it was written before all that comes now. */
  constructor(parts: ShelfParts) {
    this.#parts = parts
    for (const row of parts.journal.read()) void this.#keep(row.chatId, { do: 'add', item: row })
  }

  write(chatId: ChatId, change: StorageChange): Promise<void> {
    const isWritten = change.do === 'add' || change.do === 'retry'
    const isInJournal = isWritten && this.#parts.journal.write(toRow(chatId, change.item))
    return this.#keep(chatId, change, isWritten && !isInJournal)
  }

  /** What stands in the database needs the journal no more. */
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

  turn(chatId: ChatId): Turn {
    return takeTurn(this.#parts.locks, `deskbell-outbox:${this.#parts.account}:${chatId}`)
  }

  tellStored(chatId: ChatId, stored: readonly Message[]): void {
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
