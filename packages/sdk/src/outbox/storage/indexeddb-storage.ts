import type { ChatId } from '@deskbell/contract/ids'
import type { Database, DatabaseFactory, DbKey, DbStore } from './browser.ts'
import { ask, openDatabase, transact } from './database.ts'
import type { NewRow, OutboxRow, OutboxStorage, RowChange, RowKey } from './outbox-storage.ts'
import { isOutboxRow } from './outbox-storage.ts'

/**
 * Opens the queued messages of one account in the browser's database, shared by all its tabs. The store numbers its
 * rows itself, so there is one order for all tabs. Rejects when the database is refused; a call rejects when it breaks.
 */
export async function openIndexedDb(factory: DatabaseFactory, account: string): Promise<OutboxStorage> {
  return new IndexedDbStorage(await openDatabase(factory, databaseName, createStores), account)
}

export const databaseName = 'deskbell-outbox'
const storeName = 'messages'

class IndexedDbStorage implements OutboxStorage {
  readonly #database: Database
  readonly #account: string

  constructor(database: Database, account: string) {
    this.#database = database
    this.#account = account
  }

  async read(chatId?: ChatId): Promise<OutboxRow[]> {
    // Rows with one index key are returned in the order of their primary keys.
    const found = await this.#run('readonly', (store) => {
      if (chatId === undefined) return ask(store.index('account').getAll(this.#account))
      return ask(store.index('chat').getAll([this.#account, chatId]))
    })
    return Array.isArray(found) ? found.filter(isOutboxRow) : []
  }

  async add(rows: readonly NewRow[]): Promise<void> {
    await this.#run('readwrite', async (store) => {
      for (const row of rows) if ((await this.#find(store, row)) === null) await this.#append(store, row)
    })
  }

  async change(key: RowKey, change: RowChange, place: 'stays' | 'end'): Promise<void> {
    await this.#run('readwrite', async (store) => {
      const row = await this.#find(store, key)
      if (row === null) return
      if (place === 'stays') return void (await ask(store.put({ ...row, ...change, account: this.#account })))
      await ask(store.delete(row.order))
      await this.#append(store, { ...row, ...change })
    })
  }

  async remove(keys: readonly RowKey[]): Promise<void> {
    await this.#run('readwrite', async (store) => {
      for (const key of keys) {
        const row = await this.#find(store, key)
        if (row !== null) await ask(store.delete(row.order))
      }
    })
  }

  close(): void {
    this.#database.close()
  }

  async #find(store: DbStore, { chatId, clientMsgId }: RowKey): Promise<OutboxRow | null> {
    const key: DbKey = [this.#account, chatId, clientMsgId]
    const found = await ask(store.index('message').get(key))
    return isOutboxRow(found) ? found : null
  }

  async #append(store: DbStore, row: NewRow & Partial<OutboxRow>): Promise<void> {
    const { order: _, ...rest } = row
    await ask(store.add({ code: null, ...rest, account: this.#account }))
  }

  #run<T>(mode: 'readonly' | 'readwrite', work: (store: DbStore) => Promise<T>): Promise<T> {
    return transact(this.#database.transaction(storeName, mode), (all) => work(all.objectStore(storeName)))
  }
}

function createStores(database: Database): void {
  const store = database.createObjectStore(storeName, { keyPath: 'order', autoIncrement: true })
  store.createIndex('account', 'account', { unique: false })
  store.createIndex('chat', ['account', 'chatId'], { unique: false })
  store.createIndex('message', ['account', 'chatId', 'clientMsgId'], { unique: true })
}
