import type { Hint } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import type { ChatOutput } from '@deskbell/contract/chats'
import { type ChatId, chatIdSchema, userIdSchema } from '@deskbell/contract/ids'
import { newClient, newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { readStoredLog } from '@deskbell/testkit/history/read-stored-log'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getChat } from '../get-chat.ts'
import { assignOperator } from './assign-operator.ts'
import { closeChat } from './close-chat.ts'
import { releaseChat } from './release-chat.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 30 })
})
afterAll(() => fresh.drop())

const missing = chatIdSchema.parse(Number.MAX_SAFE_INTEGER)

describe('closeChat', () => {
  test('[CHAT-5] [CHAT-12] closes once; a second close changes nothing and publishes nothing', async () => {
    const { core } = fresh
    const { operator, chat } = await setUpChat(core)
    const hints = collectHints(chat.id)
    const first = await closeChat(core, operator, { chatId: chat.id })
    expect(first.chat).toMatchObject({ status: 'closed', rev: chat.rev + 1, lastSeq: 1, closedAt: expect.any(String) })
    expect(await closeChat(core, operator, { chatId: chat.id })).toEqual(first)
    const actor = { id: operator.userId, name: operator.name, role: 'operator' }
    expect(hints).toMatchObject([{ seq: 1, entries: [{ seq: 1, kind: 'closed', actor, at: first.chat.closedAt }] }])
    expect((await readStoredLog(fresh.db, chat.id)).entries).toMatchObject([{ seq: 1, kind: 'closed' }])
  })

  test('[CHAT-5] twenty concurrent closes add one entry to the log', async () => {
    const { core } = fresh
    const { operator, chat } = await setUpChat(core)
    await Promise.all(Array.from({ length: 20 }, () => closeChat(core, operator, { chatId: chat.id })))
    expect(await readStoredLog(fresh.db, chat.id)).toMatchObject({ entries: [{ kind: 'closed' }], lastSeq: 1 })
  })
})

test('[MSG-20] [DB-11] closes of locked chats do not delay closes and reads of other chats', async () => {
  await using own = await freshCore({ poolMax: 10 })
  const { core, db } = own
  const conversations = await Promise.all(Array.from({ length: 11 }, () => setUpChat(core)))
  const [free, ...locked] = conversations
  if (free === undefined) throw new Error('There is no chat.')
  const holder = await db.pool.connect()
  await holder.query('begin')
  await holder.query('select 1 from chats where id = any($1) for update', [locked.map(({ chat }) => chat.id)])
  const close = ({ operator, chat }: typeof free) => closeChat(core, operator, { chatId: chat.id })
  let settled = 0
  const closes = locked.flatMap((each) =>
    [each, each].map((again) =>
      close(again).finally(() => {
        settled += 1
      }),
    ),
  )
  await waitFor(async () => {
    const { rows } = await db.reserved.execute(`select 1 from pg_stat_activity where wait_event_type = 'Lock'
      and datname = current_database() and query like '%for update%'`)
    return rows.length === 4
  })
  expect((await close(free)).chat.status).toBe('closed')
  expect((await getChat(core, free.operator, { chatId: free.chat.id })).chat.status).toBe('closed')
  await expect(closeChat(core, free.operator, { chatId: chatIdSchema.parse(missing) })).rejects.toMatchObject({
    code: 'not_found',
  })
  expect(settled).toBe(0)
  await holder.query('rollback')
  holder.release()
  await Promise.all(closes)
  // Each chat was closed exactly once.
  const heads = await Promise.all(locked.map(({ operator, chat }) => getChat(core, operator, { chatId: chat.id })))
  expect(heads.map(({ chat }) => [chat.status, chat.lastSeq])).toEqual(locked.map(() => ['closed', 1]))
})

describe('assignOperator', () => {
  test('[CHAT-6] [CHAT-12] assigns the chat to the caller; a repeat changes and publishes nothing', async () => {
    const { core } = fresh
    const { operator, chat } = await setUpChat(core)
    const hints = collectHints(chat.id)
    const first = await assignOperator(core, operator, { chatId: chat.id })
    const self = { id: operator.userId, name: operator.name }
    expect(first.chat).toMatchObject({ operator: self, rev: chat.rev + 1, lastSeq: 1 })
    expect(await assignOperator(core, operator, { chatId: chat.id, operatorId: operator.userId })).toEqual(first)
    expect(hints).toMatchObject([
      { operatorId: operator.userId, entries: [{ seq: 1, kind: 'assigned', data: { operator: self } }] },
    ])
  })

  test('[CHAT-6] assigns the chat to the named operator, and is not_found for others', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const colleague = await newOperator(core, { name: 'Colleague' })
    const input = { chatId: chat.id, operatorId: colleague.userId }
    const { chat: given } = await assignOperator(core, operator, input)
    expect(given.operator).toEqual({ id: colleague.userId, name: 'Colleague', avatarUrl: null })
    for (const operatorId of [client.userId, userIdSchema.parse(missing)]) {
      const wrong = assignOperator(core, operator, { chatId: chat.id, operatorId, takeOver: true })
      await expect(wrong).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  test('[CHAT-7] of ten concurrent operators one gets the chat, the others get already_assigned', async () => {
    const { core } = fresh
    const { chat } = await setUpChat(core)
    const operators = await Promise.all(Array.from({ length: 10 }, () => newOperator(core)))
    const results = await Promise.allSettled(operators.map((actor) => assignOperator(core, actor, { chatId: chat.id })))
    const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'assigned'))
    expect(codes.filter((code) => code === 'already_assigned')).toHaveLength(9)
    expect(codes).toContain('assigned')
    const winner = operators[codes.indexOf('assigned')]
    const log = await readStoredLog(fresh.db, chat.id)
    expect(log.entries).toMatchObject([{ kind: 'assigned', userId: winner?.userId }])
  })

  test('[CHAT-7] takeOver assigns a chat that another operator has', async () => {
    const { core } = fresh
    const { operator, chat } = await setUpChat(core)
    const other = await newOperator(core)
    await assignOperator(core, operator, { chatId: chat.id })
    const refused = assignOperator(core, other, { chatId: chat.id, takeOver: false })
    await expect(refused).rejects.toMatchObject({ code: 'already_assigned' })
    const { chat: taken } = await assignOperator(core, other, { chatId: chat.id, takeOver: true })
    expect(taken).toMatchObject({ operator: { id: other.userId }, lastSeq: 2 })
  })

  test('[CHAT-8] assigning a closed chat is refused with chat_closed', async () => {
    const { core } = fresh
    const { operator, chat } = await setUpChat(core)
    await closeChat(core, operator, { chatId: chat.id })
    for (const takeOver of [true, false]) {
      const refused = assignOperator(core, operator, { chatId: chat.id, takeOver })
      await expect(refused).rejects.toMatchObject({ code: 'chat_closed' })
    }
    expect((await readStoredLog(fresh.db, chat.id)).lastSeq).toBe(1)
  })
})

describe('releaseChat', () => {
  test('[CHAT-9] releases the own chat, and refuses another operator’s and a closed chat', async () => {
    const { core } = fresh
    const { operator, chat } = await setUpChat(core)
    const input = { chatId: chat.id }
    const free = await releaseChat(core, operator, input)
    expect(free.chat).toEqual({ ...chat, waitingSince: null })
    await assignOperator(core, operator, input)
    await expect(releaseChat(core, await newOperator(core), input)).rejects.toMatchObject({ code: 'already_assigned' })
    const hints = collectHints(chat.id)
    const { chat: released } = await releaseChat(core, operator, input)
    expect(released).toMatchObject({ operator: null, lastSeq: 2 })
    expect(hints).toMatchObject([{ operatorId: null, entries: [{ kind: 'assigned', data: { operator: null } }] }])
    await closeChat(core, operator, input)
    await expect(releaseChat(core, operator, input)).rejects.toMatchObject({ code: 'chat_closed' })
  })
})

describe('every change', () => {
  const changes: [string, (actor: Actor, chatId: ChatId) => Promise<ChatOutput>][] = [
    ['closeChat', (actor, chatId) => closeChat(fresh.core, actor, { chatId })],
    ['assignOperator', (actor, chatId) => assignOperator(fresh.core, actor, { chatId })],
    ['releaseChat', (actor, chatId) => releaseChat(fresh.core, actor, { chatId })],
  ]
  test.each(changes)('[CHAT-5] [CHAT-3] %s is forbidden to clients for any chat', async (_name, change) => {
    const { client, operator, chat } = await setUpChat(fresh.core)
    const stranger = await newClient(fresh.core)
    for (const actor of [client, stranger]) {
      for (const chatId of [chat.id, missing]) {
        await expect(change(actor, chatId)).rejects.toMatchObject({ code: 'forbidden' })
      }
    }
    await expect(change(operator, missing)).rejects.toMatchObject({ code: 'not_found' })
    expect((await readStoredLog(fresh.db, chat.id)).lastSeq).toBe(0)
  })

  test('[MSG-13] [MSG-7] concurrent sends, assignments and a close have places without gaps in the log', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const input = { chatId: chat.id }
    const work = Array.from({ length: 30 }, (_, nth) => {
      if (nth % 3 === 0) return assignOperator(core, operator, input)
      if (nth % 3 === 1) return releaseChat(core, operator, input)
      return sendText(core, client, input)
    })
    await Promise.allSettled([...work, closeChat(core, operator, input)])
    const { entries, lastSeq } = await readStoredLog(fresh.db, chat.id)
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, place) => place + 1))
    expect(entries.at(-1)?.kind).toBe('closed')
  })
})

function collectHints(chatId: number): Hint[] {
  const hints: Hint[] = []
  fresh.core.bus.subscribe((hint) => {
    if (hint.t === 'chat' && hint.chatId === chatId) hints.push(hint)
  })
  return hints
}
