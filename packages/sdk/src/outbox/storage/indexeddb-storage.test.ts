import { IDBFactory, IDBObjectStore } from 'fake-indexeddb'
import { describe, expect, test, vi } from 'vitest'
import { describeOutboxStorage, row } from '../../testing/outbox/outbox-storage-contract.ts'
import type { Database, DatabaseFactory, DbStore } from './browser.ts'
import { databaseName, openIndexedDb } from './indexeddb-storage.ts'

describeOutboxStorage('IndexedDB', async () => {
  const factory = new IDBFactory()
  return { here: await openIndexedDb(factory, 'me'), there: await openIndexedDb(factory, 'me') }
})

/** The database as another version of the program sees it. */
async function openRaw(factory: DatabaseFactory, version = 1): Promise<Database> {
  const request = factory.open(databaseName, version)
  await new Promise((resolve) => request.addEventListener('success', resolve))
  return request.result
}

/** Adds a value beside the rows of this version, or rejects. */
function addRaw(database: Database, value: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('messages', 'readwrite')
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error))
    transaction.objectStore('messages').add(value)
  })
}

const isKnown = { name: 'ConstraintError' }

describe('IndexedDB', () => {
  test('[SDK-10] a later page reads the rows of an earlier one', async () => {
    const factory = new IDBFactory()
    const before = await openIndexedDb(factory, 'me')
    await before.add([row('a')])
    before.close()
    const after = await openIndexedDb(factory, 'me')
    expect(await after.read()).toMatchObject([row('a')])
  })

  test('[SDK-10] accounts share the device, and never read the rows of each other', async () => {
    const factory = new IDBFactory()
    const ann = await openIndexedDb(factory, 'https://desk.example 1')
    const bob = await openIndexedDb(factory, 'https://desk.example 2')
    await ann.add([row('a')])
    await bob.add([row('a'), row('b')])
    await bob.remove([row('a')])
    expect(await ann.read()).toMatchObject([row('a')])
    expect(await bob.read()).toMatchObject([row('b')])
  })

  test('[SDK-10] an open page does not block the deletion of the database, and its calls then reject', async () => {
    const factory = new IDBFactory()
    const storage = await openIndexedDb(factory, 'me')
    await storage.add([row('a')])
    const deleted = Promise.withResolvers<void>()
    factory.deleteDatabase(databaseName).onsuccess = () => deleted.resolve()
    await deleted.promise
    await expect(storage.add([row('b')])).rejects.toThrow()
    await expect(storage.read()).rejects.toThrow()
  })

  test('[SDK-10] a row of another version of the program is left out and left alone', async () => {
    const factory = new IDBFactory()
    const storage = await openIndexedDb(factory, 'me')
    const database = await openRaw(factory)
    const theirs = { ...row('theirs'), text: ['x'], code: null, account: 'me' }
    await addRaw(database, theirs)
    await storage.add([row('a')])
    await storage.remove([row('theirs')])
    expect(await storage.read()).toMatchObject([row('a')])
    await expect(addRaw(database, theirs)).rejects.toMatchObject(isKnown)
  })

  test('[SDK-10] the database itself has each message of an account once', async () => {
    const factory = new IDBFactory()
    const storage = await openIndexedDb(factory, 'me')
    await storage.add([row('a')])
    const database = await openRaw(factory)
    await addRaw(database, { ...row('a'), code: null, account: 'other' })
    await expect(addRaw(database, { ...row('a'), code: null, account: 'me' })).rejects.toMatchObject(isKnown)
  })

  test('[SDK-10] a transaction that is not committed, as on a full disk, rejects and changes nothing', async () => {
    const storage = await openIndexedDb(new IDBFactory(), 'me')
    await storage.add([row('a')])
    const add = vi.spyOn(IDBObjectStore.prototype, 'add')
    add.mockImplementation(function (this: DbStore & { transaction: { abort(): void } }, value: object) {
      const request = this.put(value)
      request.addEventListener('success', () => this.transaction.abort())
      return request
    })
    await expect(storage.add([row('b')])).rejects.toBeNull()
    add.mockRestore()
    expect(await storage.read()).toMatchObject([row('a')])
  })

  test('[SDK-10] a database of a later version is refused', async () => {
    const factory = new IDBFactory()
    ;(await openRaw(factory, 9)).close()
    await expect(openIndexedDb(factory, 'me')).rejects.toThrow('version')
  })

  test('[SDK-10] a closed one is not used any more', async () => {
    const storage = await openIndexedDb(new IDBFactory(), 'me')
    storage.close()
    await expect(storage.read()).rejects.toThrow()
    await expect(storage.add([row('a')])).rejects.toThrow()
  })
})
