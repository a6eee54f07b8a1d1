import type { Hint } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'
import { newClient, newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { waitFor } from '@deskbell/testkit/wait-for'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeChat } from '../changes/close-chat.ts'
import { getChat } from '../get-chat.ts'
import { listChats } from '../list-chats.ts'
import { markRead } from './mark-read.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 30 })
})
afterAll(() => fresh.drop())

describe('unread', () => {
  test('[CHAT-11] counts the messages of the other side after the own mark', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const other = await newOperator(core)
    const chatId = chat.id
    const unread = () => Promise.all([client, operator, other].map((actor) => unreadOf(actor, chatId)))
    const steps: [() => Promise<unknown>, number[]][] = [
      [async () => {}, [0, 0, 0]],
      [() => sendText(core, client, { chatId }), [0, 1, 1]], // seq 1
      [() => sendText(core, client, { chatId }), [0, 2, 2]], // seq 2
      [() => sendText(core, operator, { chatId }), [1, 2, 2]], // seq 3
      [() => markRead(core, operator, { chatId, seq: 1 }), [1, 1, 1]],
      [() => markRead(core, other, { chatId, seq: 3 }), [1, 1, 0]],
      [() => sendText(core, client, { chatId }), [1, 2, 1]], // seq 4
      [() => markRead(core, client, { chatId, seq: 4 }), [0, 2, 1]],
      [() => markRead(core, other, { chatId, seq: 2 }), [0, 2, 1]],
      [() => closeChat(core, operator, { chatId }), [0, 2, 1]], // seq 5
      [() => markRead(core, operator, { chatId, seq: 99 }), [0, 0, 1]],
    ]
    for (const [step, expected] of steps) {
      await step()
      expect(await unread()).toEqual(expected)
    }
    // For an operator without a mark, the highest mark of all operators counts.
    expect(await unreadOf(await newOperator(core), chatId)).toBe(0)
  })

  test('[CHAT-11] the first own mark of an operator never raises unread', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const chatId = chat.id
    for (let seq = 1; seq <= 3; seq += 1) await sendText(core, client, { chatId })
    await markRead(core, operator, { chatId, seq: 2 })
    const other = await newOperator(core)
    expect(await unreadOf(other, chatId)).toBe(1)
    await markRead(core, other, { chatId, seq: 1 })
    expect(await unreadOf(other, chatId)).toBe(1)
  })

  test('[CHAT-11] [CHAT-10] equals a simple count after any order of sends and marks', async () => {
    const { core } = fresh
    const step = fc.oneof(
      fc.constantFrom('client', 'operator'),
      fc.record({ mark: fc.constantFrom('client', 'operator'), seq: fc.nat(12) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { client, operator, chat } = await setUpChat(core)
        const log: string[] = []
        const marks = { client: 0, operator: 0 }
        for (const next of steps) {
          if (typeof next === 'string') {
            await sendText(core, next === 'client' ? client : operator, { chatId: chat.id })
            log.push(next)
          } else {
            const role = next.mark === 'client' ? 'client' : 'operator'
            await markRead(core, role === 'client' ? client : operator, { chatId: chat.id, seq: next.seq })
            marks[role] = Math.max(marks[role], Math.min(next.seq, log.length))
          }
        }
        expect(await unreadOf(client, chat.id)).toBe(log.slice(marks.client).filter((by) => by === 'operator').length)
        expect(await unreadOf(operator, chat.id)).toBe(log.slice(marks.operator).filter((by) => by === 'client').length)
      }),
      { numRuns: 40 },
    )
  })
})

describe('markRead', () => {
  test('[CHAT-10] never goes back or past the end, and publishes a hint only for a change', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const chatId = chat.id
    for (let count = 0; count < 3; count += 1) await sendText(core, client, { chatId })
    const hints: Hint[] = []
    core.bus.subscribe((hint) => hints.push(hint))
    for (const seq of [0, 2, 1, 2, 50, 3]) await markRead(core, operator, { chatId, seq })
    const hint = {
      t: 'mark',
      epoch: core.epoch(),
      chatId,
      clientId: client.userId,
      userId: operator.userId,
      role: 'operator',
    }
    expect(hints).toEqual([
      { ...hint, deliveredSeq: 2, readSeq: 2 },
      { ...hint, deliveredSeq: 3, readSeq: 3 },
    ])
  })

  test('[CHAT-10] concurrent marks end at the highest', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const chatId = chat.id
    for (let count = 0; count < 20; count += 1) await sendText(core, client, { chatId })
    await Promise.all(Array.from({ length: 20 }, (_, seq) => markRead(core, operator, { chatId, seq: 20 - seq })))
    const { rows } = await fresh.db.pool.query(
      'select read_seq::int, delivered_seq::int, read_count from chat_marks where chat_id = $1',
      [chatId],
    )
    expect(rows).toEqual([{ read_seq: 20, delivered_seq: 20, read_count: 20 }])
  })

  test('[CHAT-10] does not wait for the chat’s lock', async () => {
    const { core, db } = fresh
    const { client, operator, chat } = await setUpChat(core)
    await sendText(core, client, { chatId: chat.id })
    const holder = await db.pool.connect()
    try {
      await holder.query('begin')
      await holder.query('select from chats where id = $1 for update', [chat.id])
      await markRead(core, operator, { chatId: chat.id, seq: 1 })
      expect(await unreadOf(operator, chat.id)).toBe(0)
    } finally {
      await holder.query('rollback')
      holder.release()
    }
  })

  test('[CHAT-3] a chat of another client is not_found and gets no mark', async () => {
    const { core } = fresh
    const { client, chat } = await setUpChat(core)
    await sendText(core, client, { chatId: chat.id })
    const foreign = markRead(core, await newClient(core), { chatId: chat.id, seq: 1 })
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' })
    const marks = await fresh.db.pool.query('select from chat_marks where chat_id = $1', [chat.id])
    expect(marks.rowCount).toBe(0)
  })

  test('[MSG-12] the column messages.status follows the read marks of both sides soon after', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const chatId = chat.id
    for (const actor of [client, operator, client, operator, client]) await sendText(core, actor, { chatId })
    await markRead(core, operator, { chatId, seq: 3 })
    await waitFor(async () => (await storedStatuses(chatId)) === 'read new read new new')
    await markRead(core, client, { chatId, seq: 2 })
    await markRead(core, operator, { chatId, seq: 5 })
    await waitFor(async () => (await storedStatuses(chatId)) === 'read read read new read')
  })

  test('[MSG-12] the column messages.status of a thousand chats is updated by at most eight statements', async () => {
    await using own = await freshCore()
    const { core, db } = own
    const { client, operator } = await setUpChat(core)
    const { rows: chats } = await db.pool.query<{ id: string }>(
      `insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at, last_seq, in_count)
       select $1, $1, now(), now(), now(), 3, 3 from generate_series(1, 1000) returning id`,
      [client.userId],
    )
    await db.pool.query(
      `insert into messages (chat_id, seq, user_id, text, direction, client_msg_id, body_hash, direction_no, created_at)
       select chats.id, n, $1, 'x', 'in', 'many-' || chats.id || '-' || n, '', n, now()
       from chats, generate_series(1, 3) n where last_seq = 3`,
      [client.userId],
    )
    const queries = watchQueries(db)
    await Promise.all(
      chats.map(({ id }) => markRead(core, operator, { chatId: chatIdSchema.parse(Number(id)), seq: 2 })),
    )
    await core.stop()
    const { rows } = await db.pool.query(
      `select seq, status, count(*)::int from messages where user_id = $1 group by seq, status order by seq`,
      [client.userId],
    )
    expect(rows.map(({ seq, status, count }) => [Number(seq), status, count])).toEqual([
      [1, 'read', 1000],
      [2, 'read', 1000],
      [3, 'new', 1000],
    ])
    // Each statement has 200 chats, and the marks may arrive in two intervals.
    expect(queries.matching(/update "messages" set status/)).toBeLessThanOrEqual(8)
  })

  test('[MSG-12] the statuses of 1300 messages are written when the core stops', async () => {
    const stopping = await freshCore()
    await using _ = stopping
    const { client, operator, chat } = await setUpChat(stopping.core)
    await sendText(stopping.core, client, { chatId: chat.id })
    await stopping.db.pool.query(
      `insert into messages (chat_id, seq, user_id, text, direction, client_msg_id, body_hash, direction_no, created_at)
       select $1, n, $2, 'x', 'in', 'bulk-' || n, '', n, now() from generate_series(2, 1301) n`,
      [chat.id, client.userId],
    )
    await stopping.db.pool.query('update chats set last_seq = 1301, in_count = 1301 where id = $1', [chat.id])
    await markRead(stopping.core, operator, { chatId: chat.id, seq: 1300 })
    await stopping.core.stop()
    const { rows } = await stopping.db.pool.query(
      `select status, count(*)::int from messages where chat_id = $1 group by status order by status`,
      [chat.id],
    )
    expect(rows).toEqual([
      { status: 'new', count: 1 },
      { status: 'read', count: 1300 },
    ])
  })
})

/** Checks that `getChat` and `listChats` agree. */
async function unreadOf(actor: Actor, chatId: ChatId): Promise<number> {
  const { chat } = await getChat(fresh.core, actor, { chatId })
  const { items } = await listChats(fresh.core, actor, { limit: 100, status: 'all' })
  const listed = items.find(({ id }) => id === chatId)
  if (listed !== undefined) expect(listed.unread).toBe(chat.unread)
  return chat.unread
}

async function storedStatuses(chatId: ChatId): Promise<string> {
  const { rows } = await fresh.db.pool.query<{ status: string }>(
    'select status from messages where chat_id = $1 order by id',
    [chatId],
  )
  return rows.map(({ status }) => status).join(' ')
}
