import type { Actor } from '@deskbell/contract/actor'
import type { Chat, ListChatsInput } from '@deskbell/contract/chats'
import { newChat, newClient, newOperator, sendText } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assignOperator } from './changes/assign-operator.ts'
import { closeChat } from './changes/close-chat.ts'
import { listChats } from './list-chats.ts'
import { encodeListCursor } from './list-cursor.ts'

let fresh: FreshCore
let ann: Actor
let bob: Actor
let carl: Actor
let dora: Actor
beforeEach(async () => {
  fresh = await freshCore()
  ann = await newOperator(fresh.core)
  bob = await newOperator(fresh.core)
  carl = await newClient(fresh.core)
  dora = await newClient(fresh.core)
})
afterEach(() => fresh.drop())

describe('listChats', () => {
  test('[CHAT-4] [CHAT-3] filters by status and scope, and each role has its defaults', async () => {
    const { core } = fresh
    const mine = await newChat(core, carl)
    const bobs = await newChat(core, dora)
    const free = await newChat(core, carl)
    const closed = await newChat(core, dora)
    await assignOperator(core, ann, { chatId: mine.id })
    await assignOperator(core, bob, { chatId: bobs.id })
    await closeChat(core, ann, { chatId: closed.id })
    const cases: [Actor, Partial<ListChatsInput>, Chat[]][] = [
      [ann, {}, [free, bobs, mine]],
      [ann, { status: 'all' }, [closed, free, bobs, mine]],
      [ann, { status: 'closed' }, [closed]],
      [ann, { scope: 'mine' }, [mine]],
      [ann, { scope: 'mine', status: 'closed' }, []],
      [ann, { scope: 'unassigned' }, [free]],
      [ann, { scope: 'unassigned', status: 'all' }, [closed, free]],
      [bob, { scope: 'mine', status: 'all' }, [bobs]],
      [carl, {}, [free, mine]],
      [dora, {}, [closed, bobs]],
      [dora, { status: 'open' }, [bobs]],
      [dora, { status: 'closed' }, [closed]],
    ]
    for (const [actor, input, expected] of cases) {
      const { items } = await listChats(core, actor, { limit: 50, ...input })
      expect(items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
    }
  })

  test('[CHAT-4] [CHAT-13] orders by last activity, and a new chat without messages by its creation', async () => {
    const { core } = fresh
    const first = await newChat(core, carl)
    const second = await newChat(core, dora)
    await sendText(core, carl, { chatId: first.id })
    const third = await newChat(core, dora)
    const { items, nextCursor } = await listChats(core, ann, { limit: 50 })
    expect(items.map(({ id }) => id)).toEqual([third.id, first.id, second.id])
    expect(items.map(({ lastMessageAt }) => lastMessageAt === null)).toEqual([true, false, true])
    expect(nextCursor).toBeNull()
  })

  test('[CHAT-4] pages by cursor skip and repeat nothing, also at equal times', async () => {
    const { core } = fresh
    const chats: Chat[] = []
    for (let count = 0; count < 23; count += 1) chats.push(await newChat(core, carl))
    await fresh.db.pool.query(`update chats set last_message_at = date_trunc('hour', last_message_at) where id % 3 = 0`)
    const all = (await listChats(core, carl, { limit: 50 })).items.map(({ id }) => id)
    expect(new Set(all).size).toBe(23)
    for (const actor of [carl, ann]) expect(await pageThrough(actor)).toEqual(all)
  })

  test('[AUTH-12] a client gets the operator’s id and name, but no email', async () => {
    const { core } = fresh
    const chat = await newChat(core, carl)
    await assignOperator(core, ann, { chatId: chat.id })
    const { items } = await listChats(core, carl, { limit: 50 })
    expect(items[0]?.operator).toEqual({ id: ann.userId, name: ann.name, avatarUrl: null })
    expect(items[0]?.client).toMatchObject({ id: carl.userId })
  })

  test('[CHAT-14] scope all gives a client its own chats, and any other scope is invalid_input', async () => {
    const { core } = fresh
    const own = await listChats(core, carl, { limit: 50 })
    expect(await listChats(core, carl, { limit: 50, scope: 'all' })).toEqual(own)
    const scoped = listChats(core, carl, { limit: 50, scope: 'unassigned' })
    await expect(scoped).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('[CHAT-4] a scope of a client and a broken cursor are invalid_input; a last cursor gets no rows', async () => {
    const { core } = fresh
    const scoped = listChats(core, carl, { limit: 50, scope: 'mine' })
    await expect(scoped).rejects.toMatchObject({ code: 'invalid_input', issues: [{ path: 'scope' }] })
    const broken = listChats(core, ann, { limit: 50, cursor: 'nonsense' })
    await expect(broken).rejects.toMatchObject({ code: 'invalid_input', issues: [{ path: 'cursor' }] })
    const far = encodeListCursor({ by: 'activity', at: new Date(0), id: 1 }, 'activity')
    expect(await listChats(core, ann, { limit: 50, cursor: far })).toEqual({ items: [], nextCursor: null })
  })
})

async function pageThrough(actor: Actor): Promise<number[]> {
  const seen: number[] = []
  let cursor: string | undefined
  for (;;) {
    const page = await listChats(fresh.core, actor, { limit: 5, status: 'all', cursor })
    seen.push(...page.items.map(({ id }) => id))
    if (page.nextCursor === null) return seen
    cursor = page.nextCursor
  }
}
