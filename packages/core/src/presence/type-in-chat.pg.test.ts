import type { Hint, TypingHint } from '@deskbell/bus/bus'
import { chatIdSchema } from '@deskbell/contract/ids'
import { typingAcceptMs, typingShowMs } from '@deskbell/contract/limits'
import { newChat, newClient, newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeChat } from '../chats/changes/close-chat.ts'
import { reopenChat } from '../chats/changes/reopen-chat.ts'
import { followChat } from '../chats/follow-chat.ts'
import { typeInChat } from './type-in-chat.ts'

let fresh: FreshCore
let hints: TypingHint[] = []
beforeAll(async () => {
  fresh = await freshCore()
  fresh.core.bus.subscribe((hint: Hint) => {
    if (hint.t === 'typing') hints.push(hint)
  })
})
afterAll(() => fresh.drop())

test('[LIVE-14] typing of a user in a chat is published once in two seconds, and more is ignored', async () => {
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const other = await newChat(core, client)
  hints = []
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: 20 }, () => typeInChat(core, client, { chatId: chat.id })))
  expect(hints).toHaveLength(1)
  await typeInChat(core, operator, { chatId: chat.id })
  await typeInChat(core, client, { chatId: other.id })
  expect(hints.map(({ userId, chatId }) => [userId, chatId])).toEqual([
    [client.userId, chat.id],
    [operator.userId, chat.id],
    [client.userId, other.id],
  ])
  hints = []
  const queries = watchQueries(db)
  await waitFor(async () => {
    await typeInChat(core, client, { chatId: chat.id })
    return hints.length > 0
  })
  queries.stop()
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(typingAcceptMs)
  // All these calls read nothing, because the chat was read before.
  expect(queries.matching(/"chats"/)).toBe(0)
})

test('[LIVE-13] the typing hint has its end, six seconds after the call', async () => {
  const { core } = fresh
  const { client, chat } = await setUpChat(core)
  hints = []
  const from = Date.now()
  await typeInChat(core, client, { chatId: chat.id })
  const until = Date.parse(hints[0]?.until ?? '')
  expect(until).toBeGreaterThanOrEqual(from + typingShowMs)
  expect(until).toBeLessThanOrEqual(Date.now() + typingShowMs)
  expect(hints[0]).toMatchObject({ epoch: core.epoch(), chatId: chat.id, userId: client.userId, role: 'client' })
})

test('[LIVE-13] typing in a closed chat is ignored until the chat is reopened', async () => {
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const { id: chatId } = chat
  await typeInChat(core, client, { chatId })
  await closeChat(core, operator, { chatId })
  hints = []
  await typeInChat(core, operator, { chatId })
  expect(hints).toEqual([])
  await reopenChat(core, operator, { chatId })
  await typeInChat(core, operator, { chatId })
  expect(hints).toHaveLength(1)
})

test('[CHAT-3] typing in a chat of another client is not_found, also in repeated calls', async () => {
  const { core } = fresh
  const { client, chat } = await setUpChat(core)
  await typeInChat(core, client, { chatId: chat.id })
  hints = []
  const stranger = await newClient(core)
  for (const chatId of [chat.id, chat.id, chatIdSchema.parse(999_999)]) {
    await expect(typeInChat(core, stranger, { chatId })).rejects.toMatchObject({ code: 'not_found' })
  }
  expect(hints).toEqual([])
})

test('[LIVE-13] followers other than the typing user get a typing frame, and nothing is stored', async () => {
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const { id: chatId } = chat
  await sendText(core, client, { chatId })
  const stored = async () => {
    const { rows } = await db.pool.query(
      `select last_seq, rev, (select count(*) from feed), (select count(*) from chat_marks) from chats where id = $1`,
      [chatId],
    )
    return rows
  }
  const before = await stored()
  const follow = (actor: typeof client) => new StreamProbe((signal) => followChat(core, actor, { chatId, signal }))
  await using reader = follow(operator)
  await using writer = follow(client)
  await reader.until('live')
  await writer.until('live')
  await typeInChat(core, client, { chatId })
  await reader.until('typing')
  // A follower that starts later gets typing that has not ended, after the log.
  await using late = follow(await newOperator(core))
  await late.until('typing')
  expect(reader.of('typing')).toEqual(late.of('typing'))
  expect(reader.of('typing')).toEqual([
    { t: 'typing', userId: client.userId, role: 'client', until: expect.stringMatching(/Z$/) },
  ])
  expect(reader.lastId).toMatch(new RegExp(`^${core.epoch()}:1~`))
  await sendText(core, operator, { chatId })
  await writer.when(() => writer.of('ev').length > 1)
  expect(writer.of('typing')).toEqual([])
  const [row] = await stored()
  expect([{ ...row, last_seq: '1', rev: before[0]?.rev, count: before[0]?.count }]).toEqual(before)
})
