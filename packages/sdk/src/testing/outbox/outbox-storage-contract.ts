import { chatIdSchema } from '@deskbell/contract/ids'
import { beforeEach, describe, expect, test } from 'vitest'
import type { NewRow, OutboxStorage } from '../../outbox/storage/outbox-storage.ts'

/** Two programs on one storage; twice the same where it cannot be shared. */
export type StorageRig = { here: OutboxStorage; there: OutboxStorage }

const chatId = chatIdSchema.parse(1)
const otherChatId = chatIdSchema.parse(2)

/** What every storage must do. The test of each storage calls this, and adds its own cases. */
export function describeOutboxStorage(name: string, open: () => Promise<StorageRig>): void {
  describe(name, () => {
    let here: OutboxStorage
    let there: OutboxStorage
    beforeEach(async () => {
      const rig = await open()
      here = rig.here
      there = rig.there
    })

    async function shown(storage: OutboxStorage): Promise<string[]> {
      return (await storage.read(chatId)).map((row) => row.clientMsgId)
    }

    test('[SDK-10] rows are read unchanged, in the order of adding, by all programs', async () => {
      await here.add([row('a'), row('b')])
      await there.add([row('c')])
      const read = await here.read(chatId)
      expect(read).toMatchObject([row('a'), row('b'), row('c')])
      expect(read.every((each) => each.code === null)).toBe(true)
      expect(await there.read(chatId)).toEqual(read)
    })

    test('[SDK-10] calls that are not awaited in between take effect in their order', async () => {
      const calls = ['a', 'b', 'c'].map((id) => here.add([row(id)]))
      const gone = here.remove([key('b')])
      expect(await shown(here)).toEqual(['a', 'c'])
      await Promise.all([...calls, gone])
    })

    test('[SDK-10] the same message again changes nothing, even with another text', async () => {
      await here.add([row('a'), row('b')])
      await there.add([{ ...row('a'), text: 'other' }])
      expect(await here.read(chatId)).toMatchObject([row('a'), row('b')])
    })

    test('[SDK-10] each chat has its own rows, and all chats can be read together', async () => {
      await here.add([row('a'), { ...row('a'), chatId: otherChatId }])
      expect(await here.read(otherChatId)).toHaveLength(1)
      expect((await here.read()).map((each) => each.chatId)).toEqual([chatId, otherChatId])
      await here.remove([key('a')])
      expect((await here.read()).map((each) => each.chatId)).toEqual([otherChatId])
    })

    test('[SDK-10] a refusal is stored with its code, and keeps its place', async () => {
      await here.add([row('a'), row('b')])
      await here.change(key('a'), { code: 'chat_closed' }, 'stays')
      expect(await there.read(chatId)).toMatchObject([{ clientMsgId: 'a', code: 'chat_closed' }, { code: null }])
    })

    test('[SDK-11] a message that is retried goes to the end', async () => {
      await here.add([row('a'), row('b')])
      await here.change(key('a'), { code: null, waitsSince: 7 }, 'end')
      const [first, second] = await there.read(chatId)
      expect(first).toMatchObject({ clientMsgId: 'b' })
      expect(second).toMatchObject({ ...row('a'), waitsSince: 7 })
      expect(second?.order).toBeGreaterThan(first?.order ?? 0)
    })

    test('[SDK-10] a removed row stays removed, whatever changes follow', async () => {
      await here.add([row('a')])
      await there.remove([key('a'), key('never')])
      await here.change(key('a'), { code: 'chat_closed' }, 'stays')
      await here.change(key('a'), { code: null }, 'end')
      expect(await here.read()).toEqual([])
    })

    test('[SDK-11] an `order` is never used twice', async () => {
      await here.add([row('a')])
      const [first] = await here.read(chatId)
      await here.remove([key('a')])
      await there.add([row('b')])
      const [second] = await here.read(chatId)
      expect(second?.order).toBeGreaterThan(first?.order ?? 0)
    })
  })
}

export function row(clientMsgId: string): NewRow {
  return { chatId, clientMsgId, text: `text of ${clientMsgId}`, createdAt: '2026-01-01T00:00:00.000Z', waitsSince: 1 }
}

function key(clientMsgId: string) {
  return { chatId, clientMsgId }
}
