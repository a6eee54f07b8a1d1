import type { Hint, MarkHint } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import type { ChatId } from '@deskbell/contract/ids'
import { newClient, newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { waitFor } from '@deskbell/testkit/wait-for'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listMessages } from '../../messages/list-messages.ts'
import { followChat } from '../follow-chat.ts'
import { getChat } from '../get-chat.ts'
import { pageEvents } from '../page-events.ts'
import { markDelivered } from './mark-delivered.ts'
import { markRead } from './mark-read.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 20 })
})
afterAll(() => fresh.drop())

type MarkedChat = { client: Actor; operator: Actor; chat: Chat; chatId: ChatId }

async function newMarkedChat(messages: number): Promise<MarkedChat> {
  const { core } = fresh
  const conversation = await setUpChat(core)
  const chatId = conversation.chat.id
  for (let count = 0; count < messages; count += 1) await sendText(core, conversation.client, { chatId })
  return { ...conversation, chatId }
}

async function stored(chatId: ChatId, { userId }: Actor): Promise<number[]> {
  const { rows } = await fresh.db.pool.query<{ marks: number[] }>(
    `select array[delivered_seq, read_seq, read_count]::int[] as marks from chat_marks
      where chat_id = $1 and user_id = $2`,
    [chatId, userId],
  )
  return rows[0]?.marks ?? []
}

test('[CHAT-17] a delivered mark never goes back or past the end, and does not change the read mark', async () => {
  const { core } = fresh
  const { operator, chatId } = await newMarkedChat(3)
  await markDelivered(core, operator, { chatId, seq: 2 })
  expect(await stored(chatId, operator)).toEqual([2, 0, 0])
  await markRead(core, operator, { chatId, seq: 1 })
  expect(await stored(chatId, operator)).toEqual([2, 1, 1])
  for (const seq of [1, 99, 0]) await markDelivered(core, operator, { chatId, seq })
  await core.delivered.flush()
  expect(await stored(chatId, operator)).toEqual([3, 1, 1])
  // The mark that was too far was limited to the log of that moment.
  await sendText(core, operator, { chatId })
  await markRead(core, operator, { chatId, seq: 4 })
  expect(await stored(chatId, operator)).toEqual([4, 4, 3])
})

test('[CHAT-17] after any calls a page has the highest read and delivered mark of each side', async () => {
  const { core } = fresh
  const call = fc.record({
    who: fc.constantFrom<'client' | 'operator' | 'other'>('client', 'operator', 'other'),
    kind: fc.constantFrom('read', 'delivered'),
    seq: fc.nat(9),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 8 }), async (calls) => {
      const { client, operator, chatId } = await newMarkedChat(5)
      const actors = { client, operator, other: await newOperator(core) }
      const expected = { read: { client: 0, operator: 0 }, delivered: { client: 0, operator: 0 } }
      const raise = (of: 'read' | 'delivered', side: 'client' | 'operator', seq: number) => {
        expected[of][side] = Math.max(expected[of][side], Math.min(seq, 5))
      }
      for (const { who, kind, seq } of calls) {
        const side = who === 'client' ? 'client' : 'operator'
        raise('delivered', side, seq)
        if (kind === 'read') raise('read', side, seq)
        await (kind === 'read' ? markRead : markDelivered)(core, actors[who], { chatId, seq })
      }
      await core.delivered.flush()
      expect(await pageEvents(core, client, { chatId, limit: 1 })).toMatchObject(expected)
    }),
    { numRuns: 30 },
  )
})

test('[CHAT-17] a chat of another client is not_found and gets no mark', async () => {
  const { core } = fresh
  const { chatId } = await newMarkedChat(1)
  const stranger = await newClient(core)
  for (const seq of [0, 1]) {
    await expect(markDelivered(core, stranger, { chatId, seq })).rejects.toMatchObject({ code: 'not_found' })
  }
  expect(await stored(chatId, stranger)).toEqual([])
})

test('[CHAT-17] a hundred calls after the first need no query and are written as one mark', async () => {
  const { core, db } = fresh
  const { operator, chatId } = await newMarkedChat(4)
  const hints: Hint[] = []
  const unsubscribe = core.bus.subscribe((hint) => hints.push(hint))
  await markDelivered(core, operator, { chatId, seq: 1 })
  const queries = watchQueries(db)
  for (let call = 0; call < 100; call += 1) await markDelivered(core, operator, { chatId, seq: call % 4 })
  await markDelivered(core, operator, { chatId, seq: 4 })
  expect(queries.texts).toEqual([])
  queries.stop()
  await waitFor(async () => (await stored(chatId, operator))[0] === 4)
  unsubscribe()
  const marks = hints.filter((hint): hint is MarkHint => hint.t === 'mark' && hint.chatId === chatId)
  expect(marks.map(({ deliveredSeq, readSeq }) => [deliveredSeq, readSeq])).toEqual([
    [1, 0],
    [4, 0],
  ])
})

test('[CHAT-17] a waiting mark survives a failed write, and is written when the core stops', async () => {
  await using stopping = await freshCore()
  const { core, db } = stopping
  const { operator, client, chat } = await setUpChat(core)
  const chatId = chat.id
  for (let count = 0; count < 3; count += 1) await sendText(core, client, { chatId })
  await markDelivered(core, operator, { chatId, seq: 1 })
  await markDelivered(core, operator, { chatId, seq: 2 })
  await db.pool.query('alter table chat_marks rename to chat_marks_away')
  await core.delivered.flush()
  await db.pool.query('alter table chat_marks_away rename to chat_marks')
  await markDelivered(core, operator, { chatId, seq: 1 })
  await core.stop()
  const { rows } = await db.pool.query('select delivered_seq::int from chat_marks where chat_id = $1', [chatId])
  expect(rows).toEqual([{ delivered_seq: 2 }])
})

test('[CHAT-17] does not wait for the chat’s lock, and adds no row to the feed', async () => {
  const { core, db } = fresh
  const { operator, chatId } = await newMarkedChat(1)
  const feedRows = async () => (await db.pool.query('select 1 from feed where chat_id = $1', [chatId])).rowCount
  const before = await feedRows()
  const holder = await db.pool.connect()
  try {
    await holder.query('begin')
    await holder.query('select from chats where id = $1 for update', [chatId])
    await markDelivered(core, operator, { chatId, seq: 1 })
    expect(await stored(chatId, operator)).toEqual([1, 0, 0])
  } finally {
    await holder.query('rollback')
    holder.release()
  }
  expect(await feedRows()).toBe(before)
})

test('[CHAT-11] [MSG-12] a delivered mark changes neither unread nor status', async () => {
  const { core } = fresh
  const { client, operator, chatId } = await newMarkedChat(3)
  const other = await newOperator(core)
  await markRead(core, operator, { chatId, seq: 2 })
  await markDelivered(core, other, { chatId, seq: 3 })
  await markDelivered(core, client, { chatId, seq: 3 })
  // `other` has no read mark, so the highest read mark of all operators counts.
  for (const actor of [operator, other]) expect((await getChat(core, actor, { chatId })).chat.unread).toBe(1)
  const { items } = await listMessages(core, client, { chatId, limit: 50 })
  expect(items.map(({ status }) => status)).toEqual(['read', 'read', 'new'])
  await using inbox = probeInbox(core, other)
  await inbox.until('live')
  expect(inbox.of('counts').at(-1)).toEqual((await countsOf(await newOperator(core))).at(-1))
  await sendText(core, client, { chatId })
  await inbox.when(() =>
    inbox.of('upsert').some(({ rows }) => rows.some(({ id, unread }) => id === chatId && unread === 2)),
  )
})

async function countsOf(actor: Actor) {
  await using inbox = probeInbox(fresh.core, actor)
  await inbox.until('live')
  return inbox.of('counts')
}

test('[LIVE-11] a follower gets the marks at its start and each later one, with both numbers', async () => {
  const { core } = fresh
  const { client, operator, chatId } = await newMarkedChat(3)
  await markDelivered(core, operator, { chatId, seq: 2 })
  const page = await pageEvents(core, client, { chatId, limit: 10 })
  // This mark rises between the page and the start of the follower.
  await markRead(core, operator, { chatId, seq: 1 })
  await using probe = new StreamProbe((signal) => followChat(core, client, { chatId, cursor: page.cursor, signal }))
  const mark = (deliveredSeq: number, readSeq: number) => ({
    t: 'rcpt',
    userId: operator.userId,
    role: 'operator',
    deliveredSeq,
    readSeq,
  })
  await probe.when(() => probe.of('rcpt').length === 1)
  await markRead(core, operator, { chatId, seq: 3 })
  await probe.when(() => probe.of('rcpt').length === 2)
  expect(probe.of('rcpt')).toEqual([mark(2, 1), mark(3, 3)])
  for (const { id, frame } of probe.received)
    if (frame.t === 'rcpt') expect(id.startsWith(`${page.cursor}~`)).toBe(true)
})

test('[INBOX-2] a delivered mark neither sends nor reads a row of an inbox', async () => {
  const { core, db } = fresh
  const { client, operator, chatId } = await newMarkedChat(2)
  await using inbox = probeInbox(core, operator)
  await inbox.until('live')
  await markRead(core, operator, { chatId, seq: 1 })
  await inbox.when(() => inbox.of('upsert').length > 0)
  const queries = watchQueries(db)
  // Rows are read some milliseconds after a hint. The feed, which has the read mark, is read a few times a second.
  const polls = async (count: number) => {
    const before = queries.matching(/^with "page"/)
    await waitFor(() => queries.matching(/^with "page"/) > before + count)
  }
  await polls(2)
  const rowReads = queries.matching(/last_text/)
  const seen = inbox.of('upsert').length
  await markDelivered(core, operator, { chatId, seq: 2 })
  await markDelivered(core, client, { chatId, seq: 2 })
  await polls(2)
  queries.stop()
  expect(queries.matching(/last_text/)).toBe(rowReads)
  expect(inbox.of('upsert')).toHaveLength(seen)
})
