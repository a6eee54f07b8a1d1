import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
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
  /** Messages are only in memory from now on. */
  onLost(): void
  /** Another tab has changed something. */
  onNotice(notice: Notice): void
}

export function createDeviceShelf({ account, browser, onLost, onNotice }: DeviceShelfOptions): Shelf {
  const storage = new FallbackStorage({ open: () => openDevice(browser, account), onLost })
  return createShelf({
    account,
    storage,
    isKept: () => storage.isKept,
    journal: new Journal(browser.localStorage, account),
    notices: new Notices(browser.BroadcastChannel, `deskbell-outbox:${account}`, onNotice),
    locks: browser.locks,
  })
}

/** For programs without a place of their own. Nobody shares it. */
export function createMemoryShelf(): Shelf {
  return createShelf({
    account: '',
    storage: new MemoryStorage(),
    isKept: () => false,
    journal: new Journal(null, ''),
    notices: new Notices(null, '', () => {}),
    locks: null,
  })
}

/** Loaded only when something is to be kept: a first page does without. */
async function openDevice({ indexedDB }: Browser, account: string): Promise<OutboxStorage> {
  if (indexedDB === null) throw new Error('This browser gives no database.')
  const { openIndexedDb } = await import('./indexeddb-storage.ts')
  return await openIndexedDb(indexedDB, account)
}

export function createShelf(parts: ShelfParts): Shelf {
  return new AccountShelf(parts)
}

export type ShelfParts = {
  readonly account: string
  readonly storage: OutboxStorage
  readonly isKept: () => boolean
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
    if (change.do === 'add' || change.do === 'retry') this.#parts.journal.write(toRow(chatId, change.item))
    return this.#keep(chatId, change)
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

  async #keep(chatId: ChatId, change: StorageChange): Promise<void> {
    const { storage, journal, notices, isKept } = this.#parts
    await applyChange(storage, chatId, change)
    const { clientMsgId } = change.do === 'remove' ? change : change.item
    if (change.do === 'remove' || isKept()) journal.drop({ chatId, clientMsgId })
    notices.tell({ chatId, stored: [] })
  }
}
