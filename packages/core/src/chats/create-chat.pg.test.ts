import type { Hint } from '@deskbell/bus/bus'
import { newClient, newOperator, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChat } from './create-chat.ts'
import { getChat } from './get-chat.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 30 })
})
afterAll(() => fresh.drop())

describe('createChat', () => {
  test('[CHAT-1] [CHAT-13] a client opens a chat for itself', async () => {
    const { core } = fresh
    const client = await newClient(core, { name: 'Carl' })
    const hints: Hint[] = []
    core.bus.subscribe((hint) => hints.push(hint))
    const { chat, created } = await createChat(core, client, {})
    expect(created).toBe(true)
    expect(chat).toEqual({
      id: chat.id,
      status: 'open',
      client: {
        id: client.userId,
        name: 'Carl',
        email: expect.stringContaining('@'),
        verified: false,
        avatarUrl: null,
      },
      operator: null,
      lastMessageAt: null,
      lastMessage: null,
      unread: 0,
      lastSeq: 0,
      rev: 1,
      createdAt: chat.createdAt,
      closedAt: null,
    })
    expect(hints).toMatchObject([{ t: 'chat', chatId: chat.id, clientId: client.userId, seq: 0, rev: 1, entries: [] }])
    expect((await createChat(core, client, {})).chat.id).not.toBe(chat.id)
  })

  test('[CHAT-1] an operator opens a chat for a client: a new one is created, a known one keeps its name', async () => {
    const { core } = fresh
    const operator = await newOperator(core)
    const email = `${uniqueId('asked')}@example.test`
    const first = await createChat(core, operator, { email, name: 'First' })
    const second = await createChat(core, operator, { email, name: 'Second' })
    expect(first.chat).toMatchObject({ client: { email, name: 'First' }, operator: null, status: 'open' })
    expect(second.chat.client).toEqual(first.chat.client)
    expect(second.chat.id).not.toBe(first.chat.id)
  })

  test('[CHAT-1] the input of the other role is invalid_input and names the fields', async () => {
    const { core } = fresh
    const [client, operator] = [await newClient(core), await newOperator(core)]
    const cases = [
      { actor: client, input: { email: 'a@b.example' }, paths: ['email'] },
      { actor: client, input: { email: 'a@b.example', name: 'A' }, paths: ['email', 'name'] },
      { actor: operator, input: {}, paths: ['email', 'name'] },
      { actor: operator, input: { email: 'a@b.example' }, paths: ['name'] },
      { actor: operator, input: { name: 'A', clientChatId: 'x' }, paths: ['email'] },
    ]
    const before = await countChats()
    for (const { actor, input, paths } of cases) {
      const issues = paths.map((path) => expect.objectContaining({ path }))
      await expect(createChat(core, actor, input)).rejects.toMatchObject({ code: 'invalid_input', issues })
    }
    expect(await countChats()).toEqual(before)
  })

  test('[CHAT-2] N25: the same clientChatId of a user returns the first chat, also in thirty concurrent calls', async () => {
    const { core } = fresh
    const [client, operator] = [await newClient(core), await newOperator(core)]
    const email = `${uniqueId('once')}@example.test`
    for (const [actor, input] of [
      [client, { clientChatId: 'same' }],
      [operator, { clientChatId: 'same', email, name: 'Once' }],
    ] as const) {
      const answers = await Promise.all(Array.from({ length: 30 }, () => createChat(core, actor, input)))
      expect(answers.filter(({ created }) => created)).toHaveLength(1)
      expect(new Set(answers.map(({ chat }) => chat.id)).size).toBe(1)
      expect(await createChat(core, actor, input)).toMatchObject({ created: false, chat: answers[0]?.chat })
    }
  })

  test('[CHAT-3] getChat returns a chat to its client and operators, and is not_found for other clients', async () => {
    const { core } = fresh
    const client = await newClient(core)
    const { chat } = await createChat(core, client, {})
    expect(await getChat(core, client, { chatId: chat.id })).toEqual({ chat })
    const seen = await getChat(core, await newOperator(core), { chatId: chat.id })
    expect(seen).toEqual({ chat: { ...chat, waitingSince: null } })
    const stranger = getChat(core, await newClient(core), { chatId: chat.id })
    await expect(stranger).rejects.toMatchObject({ code: 'not_found' })
  })
})

async function countChats(): Promise<unknown> {
  const { rows } = await fresh.db.pool.query(
    'select count(*) as chats, (select count(*) from users) as users from chats',
  )
  return rows[0]
}
