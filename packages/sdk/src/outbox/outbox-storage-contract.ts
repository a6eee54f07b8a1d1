import { chatIdSchema } from '@deskbell/contract/ids'
import { beforeEach, describe, expect, test } from 'vitest'
import type { NewRow, OutboxStorage } from './outbox-storage.ts'

/** Two programs on one storage; one and the same where nobody else can come in. */
export type StorageRig = { here: OutboxStorage; there: OutboxStorage }

const chatId = chatIdSchema.parse(1)
const otherChatId = chatIdSchema.parse(2)

/** What every storage must do. A storage's own test calls this and adds what only it can break. */
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

    test('[SDK-10] what was put in is read as it was, in the order in which it came, by all programs', async () => {
      await here.add([row('a'), row('b')])
      await there.add([row('c')])
      const read = await here.read(chatId)
      expect(read).toMatchObject([row('a'), row('b'), row('c')])
      expect(read.every((each) => each.code === null)).toBe(true)
      expect(await there.read(chatId)).toEqual(read)
    })

    test('[SDK-10] calls that nobody waits for in between take effect in their order', async () => {
      const calls = ['a', 'b', 'c'].map((id) => here.add([row(id)]))
      const gone = here.remove([key('b')])
      expect(await shown(here)).toEqual(['a', 'c'])
      await Promise.all([...calls, gone])
    })

    test('[SDK-10] the same message again changes nothing, also with another text', async () => {
      await here.add([row('a'), row('b')])
      await there.add([{ ...row('a'), text: 'other' }])
      expect(await here.read(chatId)).toMatchObject([row('a'), row('b')])
    })

    test('[SDK-10] each chat has its own rows, and all are read together too', async () => {
      await here.add([row('a'), { ...row('a'), chatId: otherChatId }])
      expect(await here.read(otherChatId)).toHaveLength(1)
      expect((await here.read()).map((each) => each.chatId)).toEqual([chatId, otherChatId])
      await here.remove([key('a')])
      expect((await here.read()).map((each) => each.chatId)).toEqual([otherChatId])
    })

    test('[SDK-10] a refusal is kept with its code, in its place', async () => {
      await here.add([row('a'), row('b')])
      await here.change(key('a'), { code: 'chat_closed' }, 'stays')
      expect(await there.read(chatId)).toMatchObject([{ clientMsgId: 'a', code: 'chat_closed' }, { code: null }])
    })

    test('[SDK-11] a message that is tried again goes to the end', async () => {
      await here.add([row('a'), row('b')])
      await here.change(key('a'), { code: null, waitsSince: 7 }, 'end')
      const [first, second] = await there.read(chatId)
      expect(first).toMatchObject({ clientMsgId: 'b' })
      expect(second).toMatchObject({ ...row('a'), waitsSince: 7 })
      expect(second?.order).toBeGreaterThan(first?.order ?? 0)
    })

    test('[SDK-10] what is gone stays gone, whatever is said of it later', async () => {
      await here.add([row('a')])
      await there.remove([key('a'), key('never')])
      await here.change(key('a'), { code: 'chat_closed' }, 'stays')
      await here.change(key('a'), { code: null }, 'end')
      expect(await here.read()).toEqual([])
    })

    test('[SDK-11] a place is never given twice', async () => {
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
