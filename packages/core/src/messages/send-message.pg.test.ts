import type { Hint } from '@deskbell/bus/bus'
import { chatIdSchema } from '@deskbell/contract/ids'
import { newChat, newClient, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { readStoredLog } from '@deskbell/testkit/history/read-stored-log'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeChat } from '../chats/changes/close-chat.ts'
import { getChat } from '../chats/get-chat.ts'
import { markRead } from '../chats/marks/mark-read.ts'
import { sendBatch } from './send-batch.ts'
import { sendMessage } from './send-message.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 50 })
})
afterAll(() => fresh.drop())

describe('sendMessage', () => {
  test('[MSG-1] [CHAT-12] [CHAT-13] stores the message and updates lastMessage, lastSeq and rev', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    expect(chat).toMatchObject({ lastMessageAt: null, lastMessage: null, lastSeq: 0, unread: 0 })
    const { message, duplicate } = await sendText(core, client, { chatId: chat.id, text: 'hi', clientMsgId: 'm1' })
    expect(duplicate).toBe(false)
    expect(message).toMatchObject({
      chatId: chat.id,
      seq: 1,
      userId: client.userId,
      direction: 'in',
      type: 'text',
      text: 'hi',
      status: 'new',
      clientMsgId: 'm1',
    })
    const answer = await sendText(core, operator, { chatId: chat.id, text: 'x'.repeat(300) })
    expect(answer.message).toMatchObject({ seq: 2, direction: 'out' })
    const { chat: after } = await getChat(core, operator, { chatId: chat.id })
    expect(after.rev).toBeGreaterThan(chat.rev)
    expect(after).toMatchObject({ lastSeq: 2, lastMessageAt: answer.message.createdAt, unread: 1 })
    expect(after.lastMessage).toEqual({
      id: answer.message.id,
      text: 'x'.repeat(200),
      direction: 'out',
      createdAt: answer.message.createdAt,
    })
  })

  test('[MSG-13] publishes one hint with the entry, and none for a replay', async () => {
    const { core } = fresh
    const { client, chat } = await setUpChat(core)
    const hints = collectHints(chat.id)
    const { message } = await sendText(core, client, { chatId: chat.id, clientMsgId: 'told' })
    await sendText(core, client, { chatId: chat.id, clientMsgId: 'told' })
    expect(hints).toEqual([
      {
        t: 'chat',
        epoch: core.epoch(),
        chatId: chat.id,
        clientId: client.userId,
        operatorId: null,
        rev: chat.rev + 1,
        seq: 1,
        entries: [
          {
            seq: 1,
            at: message.createdAt,
            kind: 'message',
            message,
            actor: { id: client.userId, name: client.name, role: 'client', avatarUrl: null },
          },
        ],
      },
    ])
  })

  test('[CHAT-3] a chat of another client gets the same error as one that does not exist', async () => {
    const { core } = fresh
    const { chat } = await setUpChat(core)
    const stranger = await newClient(core)
    const foreign = sendText(core, stranger, { chatId: chat.id })
    const missing = sendText(core, stranger, { chatId: chatIdSchema.parse(Number.MAX_SAFE_INTEGER) })
    const [first, second] = await Promise.all([foreign.catch(String), missing.catch(String)])
    expect(first).toBe('AppError: not_found')
    expect(second).toBe(first)
    expect((await readStoredLog(fresh.db, chat.id)).entries).toEqual([])
  })

  test('[MSG-3] a closed chat takes no message, of a client or an operator', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    await closeChat(core, operator, { chatId: chat.id })
    for (const actor of [client, operator]) {
      await expect(sendText(core, actor, { chatId: chat.id })).rejects.toMatchObject({ code: 'chat_closed' })
    }
    expect(await readStoredLog(fresh.db, chat.id)).toMatchObject({ entries: [{ kind: 'closed' }], lastSeq: 1 })
  })

  test('[MSG-4] a replay returns the first message with its current status, also after the close', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const input = { chatId: chat.id, text: 'once', clientMsgId: 'replayed' }
    const { message } = await sendMessage(core, client, input)
    expect(await sendMessage(core, client, input)).toEqual({ message, duplicate: true })
    await markRead(core, operator, { chatId: chat.id, seq: 1 })
    await closeChat(core, operator, { chatId: chat.id })
    expect(await sendMessage(core, client, input)).toEqual({ message: { ...message, status: 'read' }, duplicate: true })
    expect((await readStoredLog(fresh.db, chat.id)).lastSeq).toBe(2)
  })

  test('[MSG-5] the same id with another text or chat is client_msg_id_reused, closed or not', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const other = await newChat(core, client)
    await sendText(core, client, { chatId: chat.id, text: 'one', clientMsgId: 'reused' })
    const reused = { code: 'client_msg_id_reused' }
    await expect(sendText(core, client, { chatId: chat.id, text: 'two', clientMsgId: 'reused' })).rejects.toMatchObject(
      reused,
    )
    await expect(
      sendText(core, client, { chatId: other.id, text: 'one', clientMsgId: 'reused' }),
    ).rejects.toMatchObject(reused)
    await closeChat(core, operator, { chatId: chat.id })
    await expect(sendText(core, client, { chatId: chat.id, text: 'two', clientMsgId: 'reused' })).rejects.toMatchObject(
      reused,
    )
    // Ids are unique per user, so the operator may use the same one.
    await sendText(core, operator, { chatId: other.id, text: 'two', clientMsgId: 'reused' })
  })

  test('[MSG-6] fifty concurrent identical sends store one message, and all others are duplicates', async () => {
    const { core } = fresh
    const { client, chat } = await setUpChat(core)
    const input = { chatId: chat.id, text: 'same', clientMsgId: 'fifty' }
    const answers = await Promise.all(Array.from({ length: 50 }, () => sendMessage(core, client, input)))
    expect(answers.filter((answer) => !answer.duplicate)).toHaveLength(1)
    expect(new Set(answers.map((answer) => answer.message.id)).size).toBe(1)
    expect(await readStoredLog(fresh.db, chat.id)).toMatchObject({ entries: [{ seq: 1 }], lastSeq: 1 })
  })

  test('[MSG-5] [MSG-7] concurrent sends with the same id to two chats store one message', async () => {
    const { core } = fresh
    const { client, chat } = await setUpChat(core)
    const other = await newChat(core, client)
    for (let round = 0; round < 20; round += 1) {
      const sends = [chat, other].map(({ id }) =>
        sendText(core, client, { chatId: id, clientMsgId: `racing-${round}` }),
      )
      const codes = (await Promise.allSettled(sends)).map((result) =>
        result.status === 'rejected' ? result.reason.code : 'stored',
      )
      expect(new Set(codes)).toEqual(new Set(['client_msg_id_reused', 'stored']))
    }
    const logs = await Promise.all([readStoredLog(fresh.db, chat.id), readStoredLog(fresh.db, other.id)])
    expect(logs.reduce((sum, log) => sum + log.entries.length, 0)).toBe(20)
    for (const log of logs)
      expect(log.entries.map((entry) => entry.seq)).toEqual(log.entries.map((_, place) => place + 1))
  })

  test('[MSG-1] after the clock was set back a message and a close are not older than the entry before', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const future = '2199-01-01T00:00:00.000Z'
    await fresh.db.pool.query('update chats set last_entry_at = $2 where id = $1', [chat.id, future])
    const { message } = await sendText(core, client, { chatId: chat.id })
    const closed = await closeChat(core, operator, { chatId: chat.id })
    expect([message.createdAt, closed.chat.closedAt]).toEqual([future, future])
  })
})

describe('sendBatch', () => {
  test('[MSG-9] stores the items in array order and returns an outcome for each', async () => {
    const { core } = fresh
    const { client, chat } = await setUpChat(core)
    const first = await sendText(core, client, { chatId: chat.id, text: 'first', clientMsgId: 'b0' })
    const hints = collectHints(chat.id)
    const { items } = await sendBatch(core, client, {
      chatId: chat.id,
      items: [
        { clientMsgId: 'b1', text: 'one' },
        { clientMsgId: 'b0', text: 'first' },
        { clientMsgId: 'b0', text: 'changed' },
        { clientMsgId: 'b2', text: 'two' },
        { clientMsgId: 'b1', text: 'one' },
      ],
    })
    expect(items).toMatchObject([
      { clientMsgId: 'b1', duplicate: false, message: { seq: 2, text: 'one' } },
      { clientMsgId: 'b0', duplicate: true, message: { id: first.message.id } },
      { clientMsgId: 'b0', error: { code: 'client_msg_id_reused', retryable: false } },
      { clientMsgId: 'b2', duplicate: false, message: { seq: 3, text: 'two' } },
      { clientMsgId: 'b1', duplicate: true, message: { seq: 2 } },
    ])
    expect(hints).toMatchObject([{ seq: 3, entries: [{ seq: 2 }, { seq: 3 }] }])
  })

  test('[MSG-9] [MSG-3] in a closed chat every new item is refused, and every replay returns its message', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    await sendText(core, client, { chatId: chat.id, text: 'kept', clientMsgId: 'kept' })
    await closeChat(core, operator, { chatId: chat.id })
    const { items } = await sendBatch(core, client, {
      chatId: chat.id,
      items: [
        { clientMsgId: 'late', text: 'late' },
        { clientMsgId: 'kept', text: 'kept' },
      ],
    })
    expect(items).toMatchObject([{ error: { code: 'chat_closed', retryable: false } }, { duplicate: true }])
  })

  test('[MSG-6] [MSG-9] concurrent batches with the same ids in opposite order store each id once', async () => {
    const { core } = fresh
    const { client, chat } = await setUpChat(core)
    const other = await newChat(core, client)
    for (let round = 0; round < 10; round += 1) {
      const items = ['x', 'y', 'z'].map((name) => ({ clientMsgId: `${name}-${round}`, text: name }))
      const answers = await Promise.all([
        sendBatch(core, client, { chatId: chat.id, items }),
        sendBatch(core, client, { chatId: other.id, items: items.toReversed() }),
      ])
      const stored = answers.flatMap(({ items: outcomes }) => outcomes.filter((outcome) => 'message' in outcome))
      expect(stored).toHaveLength(3)
    }
  })

  test('[CHAT-3] a batch to a chat of another client is not_found as a whole', async () => {
    const { core } = fresh
    const { chat } = await setUpChat(core)
    const batch = { chatId: chat.id, items: [{ clientMsgId: 'f', text: 'f' }] }
    await expect(sendBatch(core, await newClient(core), batch)).rejects.toMatchObject({ code: 'not_found' })
  })
})

function collectHints(chatId: number): Hint[] {
  const hints: Hint[] = []
  fresh.core.bus.subscribe((hint) => {
    if (hint.t === 'chat' && hint.chatId === chatId) hints.push(hint)
  })
  return hints
}
