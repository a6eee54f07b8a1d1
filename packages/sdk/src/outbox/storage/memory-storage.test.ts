import { chatIdSchema } from '@deskbell/contract/ids'
import { describe, expect, test } from 'vitest'
import { describeOutboxStorage, row } from '../../testing/outbox/outbox-storage-contract.ts'
import { MemoryStorage } from './memory-storage.ts'
import type { OutboxRow } from './outbox-storage.ts'

describeOutboxStorage('memory', async () => {
  const storage = new MemoryStorage()
  return { here: storage, there: storage }
})

const otherChatId = chatIdSchema.parse(2)

function stored(clientMsgId: string, order: number): OutboxRow {
  return { ...row(clientMsgId), order, code: null }
}

describe('MemoryStorage.replace', () => {
  const { chatId } = row('any')
  const theirs = { ...stored('theirs', 2), chatId: otherChatId }

  async function storageWith(rows: readonly OutboxRow[]): Promise<MemoryStorage> {
    const storage = new MemoryStorage()
    storage.replace(rows)
    return storage
  }

  test('[SDK-10] the rows of one chat are replaced, those of the others stay in their places', async () => {
    const storage = await storageWith([stored('old', 1), theirs])
    storage.replace([stored('a', 1), stored('b', 3)], chatId)
    expect(await storage.read()).toEqual([stored('a', 1), theirs, stored('b', 3)])
  })

  test('[SDK-10] the rows of all chats are replaced', async () => {
    const storage = await storageWith([stored('old', 1), theirs])
    storage.replace([stored('b', 4), stored('a', 3)])
    expect(await storage.read()).toEqual([stored('a', 3), stored('b', 4)])
  })

  test('[SDK-11] what is added later comes after everything that was ever there', async () => {
    const storage = await storageWith([stored('a', 5), stored('b', 6), stored('c', 9)])
    storage.replace([stored('a', 5)])
    await storage.add([row('d')])
    expect(await storage.read()).toEqual([stored('a', 5), stored('d', 10)])
  })
})
