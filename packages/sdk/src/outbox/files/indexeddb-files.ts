import type { Database, DatabaseFactory, DbKey, DbStore, DbTransaction } from '../storage/browser.ts'
import { ask, openDatabase, transact } from '../storage/database.ts'
import {
  type FileRow,
  type FileRowChange,
  type FileRowKey,
  type FileStorage,
  type StoredFile,
  waitingBytesMax,
} from './file-storage.ts'

/**
 * Opens the messages of one account that wait for their files, in a database of their own, so that a row of a message
 * and its files are written as one, and a change of the row does not copy the files again. Rejects when the database
 * is refused; a call rejects when it breaks, or when the browser has no room.
 */
export async function openIndexedDbFiles(factory: DatabaseFactory, account: string): Promise<FileStorage> {
  return new IndexedDbFiles(await openDatabase(factory, 'deskbell-files', createStores), account)
}

const messages = 'messages'
const files = 'files'

/** A row as it is stored: the files are in a store of their own. */
type Kept = Omit<FileRow, 'files'> & {
  readonly account: string
  readonly order: number
  readonly bytes: number
  readonly names: readonly Omit<StoredFile, 'blob'>[]
}

class IndexedDbFiles implements FileStorage {
  readonly isKept = true
  readonly #database: Database
  readonly #account: string

  constructor(database: Database, account: string) {
    this.#database = database
    this.#account = account
  }

  read(): Promise<FileRow[]> {
    return this.#run('readonly', async (all) => {
      const found = await ask(all.objectStore(messages).index('account').getAll(this.#account))
      return await Promise.all(keptRows(found).map((row) => this.#withFiles(all, row)))
    })
  }

  async add(row: FileRow): Promise<void> {
    await this.#run('readwrite', async (all) => {
      const store = all.objectStore(messages)
      if ((await this.#find(store, row)) !== null) return
      const { files: added, ...rest } = row
      const bytes = added.reduce((sum, { blob }) => sum + blob.size, 0)
      const waiting = keptRows(await ask(store.getAll())).reduce((sum, other) => sum + other.bytes, 0)
      if (waiting + bytes > waitingBytesMax) throw new Error('The files do not fit.')
      const names = added.map(({ blob: _, ...file }) => file)
      await ask(store.add({ ...rest, account: this.#account, bytes, names }))
      for (const [place, { blob }] of added.entries()) {
        await ask(all.objectStore(files).add(blob, this.#fileKey(row, place)))
      }
    })
  }

  async change(key: FileRowKey, change: FileRowChange): Promise<void> {
    await this.#run('readwrite', async (all) => {
      const store = all.objectStore(messages)
      const row = await this.#find(store, key)
      if (row !== null) await ask(store.put({ ...row, ...change }))
    })
  }

  settle(key: FileRowKey, paths: readonly string[]): Promise<readonly string[]> {
    return this.#run('readwrite', async (all) => {
      const store = all.objectStore(messages)
      const row = await this.#find(store, key)
      if (row === null || row.settled !== null) return row?.settled ?? paths
      await ask(store.put({ ...row, settled: paths }))
      return paths
    })
  }

  async remove(key: FileRowKey): Promise<void> {
    await this.#run('readwrite', async (all) => {
      const row = await this.#find(all.objectStore(messages), key)
      if (row === null) return
      await ask(all.objectStore(messages).delete(row.order))
      for (const place of row.names.keys()) await ask(all.objectStore(files).delete(this.#fileKey(key, place)))
    })
  }

  close(): void {
    this.#database.close()
  }

  async #withFiles(all: DbTransaction, { account: _, order: __, bytes: ___, names, ...row }: Kept): Promise<FileRow> {
    const blobs = await Promise.all(
      names.map((_name, place) => ask(all.objectStore(files).get(this.#fileKey(row, place)))),
    )
    const found = names.flatMap((name, place) => {
      const blob = blobs[place]
      return blob instanceof Blob ? [{ ...name, blob }] : []
    })
    return { ...row, files: found }
  }

  async #find(store: DbStore, { chatId, clientMsgId }: FileRowKey): Promise<Kept | null> {
    const found = await ask(store.index('message').get([this.#account, chatId, clientMsgId]))
    return keptRows([found])[0] ?? null
  }

  #fileKey({ chatId, clientMsgId }: FileRowKey, place: number): DbKey {
    return [this.#account, chatId, clientMsgId, place]
  }

  #run<T>(mode: 'readonly' | 'readwrite', work: (all: DbTransaction) => Promise<T>): Promise<T> {
    const transaction = this.#database.transaction([messages, files], mode)
    return transact(transaction, work)
  }
}

function createStores(database: Database): void {
  const store = database.createObjectStore(messages, { keyPath: 'order', autoIncrement: true })
  store.createIndex('account', 'account', { unique: false })
  store.createIndex('message', ['account', 'chatId', 'clientMsgId'], { unique: true })
  database.createObjectStore(files)
}

/** Another version of the program may have written them; what does not match is left alone. */
function keptRows(values: unknown): Kept[] {
  return Array.isArray(values) ? values.filter(isKept) : []
}

function isKept(value: unknown): value is Kept {
  const { clientMsgId, text, createdAt, names, paths, chatId, waitsSince, bytes } = Object(value)
  return (
    [clientMsgId, text, createdAt].every((each) => typeof each === 'string') &&
    [names, paths].every(Array.isArray) &&
    [chatId, waitsSince, bytes].every(Number.isFinite)
  )
}
