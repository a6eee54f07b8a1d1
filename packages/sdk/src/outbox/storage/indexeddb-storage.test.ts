import { IDBFactory } from 'fake-indexeddb'
import { describe, expect, test } from 'vitest'
import { describeOutboxStorage, row } from '../../testing/outbox/outbox-storage-contract.ts'
import { databaseName, openIndexedDb } from './indexeddb-storage.ts'

describeOutboxStorage('IndexedDB', async () => {
  const factory = new IDBFactory()
  return { here: await openIndexedDb(factory, 'me'), there: await openIndexedDb(factory, 'me') }
})

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
})
