import type { Actor } from '@deskbell/contract/actor'
import type { ChatId } from '@deskbell/contract/ids'
import { lockWaitMsMax } from '@deskbell/contract/limits'
import { prepareLoneSend } from '@deskbell/db/queries/messages/lone-send'
import { setUpChat, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { readStoredLog } from '@deskbell/testkit/history/read-stored-log'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { toAppError } from '../app-error.ts'
import { closeChat } from '../chats/changes/close-chat.ts'
import { getChat } from '../chats/get-chat.ts'
import { sendBatch } from '../messages/send-batch.ts'
import { sendMessage } from '../messages/send-message.ts'
import { ChatWriter } from './chat-writer.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 10 })
})
afterAll(() => fresh.drop())

describe('a message that waits alone', () => {
  test('[MSG-22] takes one round trip, and is stored and published like one in a batch', async () => {
    const { client, operator, chat } = await setUpChat(fresh.core)
    const hints: unknown[] = []
    const unsubscribe = fresh.core.bus.subscribe((hint) => hints.push(hint))
    const transactions = vi.spyOn(fresh.db.pipelined, 'connect')
    const asked = await send(client, chat.id, 'asked')
    const answered = await send(operator, chat.id, 'answered')
    expect(transactions).toHaveBeenCalledTimes(2)
    transactions.mockRestore()
    unsubscribe()
    // The same by the other way: two messages are no lone one.
    const { items } = await sendBatch(fresh.core, client, {
      chatId: chat.id,
      items: ['more', 'and more'].map((text) => ({ text, clientMsgId: uniqueId('batch') })),
    })
    expect(asked).toMatchObject({
      duplicate: false,
      message: { seq: 1, direction: 'in', status: 'new', text: 'asked' },
    })
    expect(answered).toMatchObject({ message: { seq: 2, direction: 'out', userId: operator.userId } })
    expect(Object.keys(asked.message)).toEqual(Object.keys(Object(items[0]).message))
    expect(hints).toMatchObject([
      { t: 'chat', chatId: chat.id, clientId: client.userId, operatorId: null, rev: chat.rev + 1, seq: 1 },
      { rev: chat.rev + 2, seq: 2, entries: [{ seq: 2, kind: 'message', message: answered.message }] },
    ])
    const { entries, lastSeq } = await readStoredLog(fresh.db, chat.id)
    expect([entries.map(({ seq }) => seq), lastSeq]).toEqual([[1, 2, 3, 4], 4])
    const { chat: after } = await getChat(fresh.core, operator, { chatId: chat.id })
    // Waiting begins with the first message after the answer.
    const [more] = items
    expect(after).toMatchObject({ rev: chat.rev + 3, unread: 3, waitingSince: Object(more).message.createdAt })
  })

  test('[MSG-22] [CHAT-18] keeps the time since which the client waits', async () => {
    const { client, operator, chat } = await setUpChat(fresh.core)
    const waitingSince = async () =>
      (await getChat(fresh.core, operator, { chatId: chat.id })).chat.waitingSince ?? null
    const first = await send(client, chat.id, 'one')
    await send(client, chat.id, 'two')
    expect(await waitingSince()).toBe(first.message.createdAt)
    await send(operator, chat.id, 'an answer')
    expect(await waitingSince()).toBeNull()
  })

  test('[MSG-3] [MSG-4] [MSG-5] [MSG-22] everything but the plain case is decided as in a batch', async () => {
    const { client, operator, chat } = await setUpChat(fresh.core)
    const stranger = (await setUpChat(fresh.core)).client
    const once = { text: 'once', clientMsgId: uniqueId('same') }
    const first = await send(client, chat.id, once)
    expect(await send(client, chat.id, once)).toEqual({ ...first, duplicate: true })
    await expect(send(client, chat.id, { ...once, text: 'another text' })).rejects.toMatchObject({
      code: 'client_msg_id_reused',
    })
    await expect(send(stranger, chat.id, 'not mine')).rejects.toMatchObject({ code: 'not_found' })
    await closeChat(fresh.core, operator, { chatId: chat.id })
    await expect(send(client, chat.id, 'too late')).rejects.toMatchObject({ code: 'chat_closed' })
    expect(await send(client, chat.id, once)).toMatchObject({ duplicate: true })
    expect((await readStoredLog(fresh.db, chat.id)).entries).toMatchObject([{ seq: 1 }, { seq: 2, kind: 'closed' }])
  })

  test('[MSG-3] [MSG-13] [MSG-22] a close that has the lock comes first, though it is not committed yet', async () => {
    const { client, chat } = await setUpChat(fresh.core)
    const holder = await fresh.db.pool.connect()
    await holder.query('begin')
    await holder.query('select 1 from chats where id = $1 for update', [chat.id])
    await holder.query(`update chats set status = 'closed', closed_at = now() where id = $1`, [chat.id])
    const late = send(client, chat.id, 'late').catch((error: unknown) => error)
    await waitFor(async () => {
      const { rows } = await fresh.db.pool.query(
        `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      )
      return rows.length > 0
    })
    await holder.query('commit')
    holder.release()
    expect(await late).toMatchObject({ code: 'chat_closed' })
    expect((await readStoredLog(fresh.db, chat.id)).entries).toEqual([])
  })

  test('[MSG-2] [MSG-22] one whose commit is not answered is unavailable, and sent again it is stored once', async () => {
    const { client, chat } = await setUpChat(fresh.core)
    const once = { text: 'once', clientMsgId: uniqueId('unknown') }
    await using _ = onNextConnection((connection) => loseTheAnswerOf('commit', connection))
    expect(await send(client, chat.id, once).catch(toAppError)).toMatchObject({ code: 'unavailable' })
    expect(await send(client, chat.id, once)).toMatchObject({ duplicate: true, message: { seq: 1 } })
    expect((await readStoredLog(fresh.db, chat.id)).entries).toHaveLength(1)
  })

  test('[MSG-19] [MSG-22] one that gets its connection after its deadline is refused and not stored', async () => {
    const { client, chat } = await setUpChat(fresh.core)
    let now = 0
    const { db, bus, clock, authMode } = fresh.core
    const writer = new ChatWriter({ db, bus, clock, authMode, epoch: () => fresh.core.epoch(), now: () => now })
    await using _ = onNextConnection(() => {
      now = lockWaitMsMax + 1
    })
    const items = [{ text: 'late', clientMsgId: uniqueId('late') }]
    await expect(writer.send(client, { chatId: chat.id, items })).rejects.toMatchObject({ code: 'unavailable' })
    await writer.stop()
    expect((await readStoredLog(fresh.db, chat.id)).entries).toEqual([])
  })

  test('[DB-4] a connection whose commit failed is not used again', async () => {
    const { client, chat } = await setUpChat(fresh.core)
    await using _ = onNextConnection((connection) => {
      const query: (...args: unknown[]) => Promise<unknown> = Reflect.get(connection, 'query').bind(connection)
      const cancelled = `do $$ begin raise exception 'cancelled' using errcode = '57014'; end $$`
      Reflect.set(connection, 'query', (...args: unknown[]) => query(...(args[0] === 'commit' ? [cancelled] : args)))
    })
    expect(await send(client, chat.id, 'first').catch(toAppError)).toMatchObject({ code: 'unavailable' })
    for (const text of ['second', 'third'])
      expect(await send(client, chat.id, text)).toMatchObject({ duplicate: false })
  })
})

test('[MSG-22] the short way stores nothing when the lock is not free', async () => {
  const { client, chat } = await setUpChat(fresh.core)
  const holder = await fresh.db.pool.connect()
  await holder.query('begin')
  await holder.query('select 1 from chats where id = $1 for update', [chat.id])
  const session = { sessionId: client.sessionId, authMode: 'open', now: new Date() } as const
  const plain = { userId: client.userId, direction: 'in', text: 'x', bodyHash: 'x', ...session } as const
  const store = prepareLoneSend(fresh.db)
  expect(await store({ ...plain, chatId: chat.id, clientMsgId: uniqueId('lone') }, () => true)).toBeNull()
  await holder.query('rollback')
  holder.release()
  expect(await store({ ...plain, chatId: chat.id, clientMsgId: uniqueId('lone') }, () => true)).toMatchObject({
    seq: 1,
  })
})

/** Does something with the next connection of the writer, before the writer has it. */
function onNextConnection(act: (connection: object) => void): AsyncDisposable {
  const { pipelined } = fresh.db
  const connect = pipelined.connect.bind(pipelined)
  let isNext = true
  Reflect.set(pipelined, 'connect', async () => {
    const connection = await connect()
    if (isNext) act(connection)
    isNext = false
    return connection
  })
  return { [Symbol.asyncDispose]: async () => void Reflect.deleteProperty(pipelined, 'connect') }
}

function loseTheAnswerOf(statement: string, connection: object): void {
  const query: (...args: unknown[]) => Promise<unknown> = Reflect.get(connection, 'query').bind(connection)
  Reflect.set(connection, 'query', async (...args: unknown[]) => {
    const answer = await query(...args)
    if (args[0] === statement) throw new Error('Connection terminated')
    return answer
  })
}

async function send(actor: Actor, chatId: ChatId, message: string | { text: string; clientMsgId: string }) {
  const item = typeof message === 'string' ? { text: message, clientMsgId: uniqueId('alone') } : message
  return await sendMessage(fresh.core, actor, { chatId, ...item })
}
