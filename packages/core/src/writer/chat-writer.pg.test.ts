import type { Actor } from '@deskbell/contract/actor'
import { type ChatId, chatIdSchema, messageIdSchema } from '@deskbell/contract/ids'
import { batchItemsMax, blockedChatItemsMax, lockWaitMsMax, writeQueueItemsMax } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { newChat, newClient, newConversation, sendText, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { toAppError } from '../app-error.ts'
import { assignOperator } from '../chats/assign-operator.ts'
import { closeChat } from '../chats/close-chat.ts'
import { noReply } from '../chats/no-reply.ts'
import { releaseChat } from '../chats/release-chat.ts'
import { reopenChat } from '../chats/reopen-chat.ts'
import { editMessage } from '../messages/edit-message.ts'
import { retractMessage } from '../messages/retract-message.ts'
import { sendBatch } from '../messages/send-batch.ts'
import { sendMessage } from '../messages/send-message.ts'
import { ChatWriter } from './chat-writer.ts'

let fresh: FreshCore
let client: Actor
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 30 })
  client = await newClient(fresh.core)
})
afterAll(() => fresh.drop())

describe('sends that wait together', () => {
  test('[MSG-18] [MSG-7] hundreds of senders over many chats share a few transactions', async () => {
    const chats = await newChats(60)
    const before = await transactionsOf(chats)
    const sends = Array.from({ length: 600 }, (_, nth) => sendText(fresh.core, client, { chatId: at(chats, nth) }))
    const answers = await Promise.all(sends)
    expect(answers.every(({ duplicate }) => !duplicate)).toBe(true)
    // In the order in which they came.
    for (const chatId of chats) {
      const seqs = answers.filter(({ message }) => message.chatId === chatId).map(({ message }) => message.seq)
      expect(seqs).toEqual(seqs.map((_, place) => place + 1))
    }
    expect(await faultsOfLogs(fresh.db)).toEqual([])
    expect((await transactionsOf(chats)) - before).toBeLessThan(20)
  })

  test('[MSG-18] a lonely send waits for nobody: no timer has to fire', async () => {
    const [chatId] = await newChats(1)
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate'] })
    try {
      const { message } = await sendText(fresh.core, client, { chatId: given(chatId) })
      expect(message.seq).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('[MSG-18] a send that fails in the database harms none beside it', async () => {
    await using _poison = await refusePoison()
    const chats = await newChats(6)
    const sends = Array.from({ length: 60 }, (_, nth) => {
      const text = nth === 31 ? 'poison' : `message ${nth}`
      return sendText(fresh.core, client, { chatId: at(chats, nth), text }).catch(toAppError)
    })
    const ends = await Promise.all(sends)
    expect(ends.map((end) => ('message' in end && 'duplicate' in end ? 'stored' : end.message))).toEqual(
      Array.from({ length: 60 }, (_, nth) => (nth === 31 ? 'internal' : 'stored')),
    )
    expect(await faultsOfLogs(fresh.db)).toEqual([])
  })

  test('[MSG-20] what comes for a chat that goes alone stands behind what came before', async () => {
    await using _poison = await refusePoison()
    const [chatId] = await newChats(1)
    const send = (text: string) => sendText(fresh.core, client, { chatId: given(chatId), text })
    const bad = send('poison').catch(toAppError)
    const early = Array.from({ length: 40 }, () => send('early'))
    // The first is answered while the others still go one by one.
    await early[0]
    const late = Array.from({ length: 40 }, () => send('late'))
    const seqs = (await Promise.all([...early, ...late])).map(({ message }) => message.seq)
    expect(seqs).toEqual(seqs.map((_, place) => place + 1))
    expect(await bad).toMatchObject({ code: 'internal' })
  })

  test('[MSG-18] [MSG-5] the same id racing in two workers is stored once, and the others beside it too', async () => {
    const chats = await newChats(4)
    for (let round = 0; round < 10; round += 1) {
      const clientMsgId = uniqueId('racing')
      const racing = chats.slice(0, 2).map((chatId) => sendText(fresh.core, client, { chatId, clientMsgId }))
      const others = chats.map((chatId) => sendText(fresh.core, client, { chatId }))
      const ends = await Promise.allSettled(racing)
      expect(ends.map((end) => end.status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await Promise.all(others)).toHaveLength(4)
    }
    expect(await faultsOfLogs(fresh.db)).toEqual([])
  })

  test('[MSG-18] [MSG-6] two processes send the same to the same chats: each once, without a gap', async () => {
    const second = await fresh.another()
    const chats = await newChats(8)
    const inputs = Array.from({ length: 160 }, (_, nth) => ({
      chatId: at(chats, nth),
      text: 'both',
      clientMsgId: uniqueId('both'),
    }))
    const answers = await Promise.all(
      inputs.flatMap((input) => [fresh.core, second].map((core) => sendMessage(core, client, input))),
    )
    expect(answers.filter(({ duplicate }) => duplicate)).toHaveLength(160)
    expect(new Set(answers.map(({ message }) => message.id)).size).toBe(160)
    expect(await faultsOfLogs(fresh.db)).toEqual([])
  })
})

describe('a chat whose lock is held elsewhere', () => {
  test('[MSG-20] holds up no other chat, and gets its own sends in order when it is free', async () => {
    const chats = await newChats(5)
    const held = given(chats[0])
    const others = chats.slice(1)
    const sendToOthers = () => Promise.all(others.map((chatId) => sendText(fresh.core, client, { chatId })))
    const lock = await holdLock(held)
    const before = await transactionsOf(others)
    const waiting = ['one', 'two', 'three'].map((text) => sendText(fresh.core, client, { chatId: held, text }))
    await sendToOthers()
    // Two for each worker: a message alone, and a batch. The locked chat has not split the batches of the others.
    expect((await transactionsOf(others)) - before).toBeLessThanOrEqual(4)
    await waitFor(() => isWaitedFor(lock.pid))
    // In both workers, again and again, while the lock is held.
    for (let round = 0; round < 3; round += 1) {
      await sendToOthers()
      waiting.push(sendText(fresh.core, client, { chatId: held, text: `later ${round}` }))
    }
    expect(await isWaitedFor(lock.pid)).toBe(true)
    await lock.release()
    const answers = await Promise.all(waiting)
    expect(answers.map(({ message }) => message.text)).toEqual(['one', 'two', 'three', 'later 0', 'later 1', 'later 2'])
    expect(answers.map(({ message }) => message.seq)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('[MSG-4] [MSG-13] what was committed while its lock was waited for is a replay', async () => {
    const [chatId] = await newChats(1)
    const { message: first } = await sendText(fresh.core, client, { chatId: given(chatId) })
    const lock = await holdLock(given(chatId))
    const send = sendText(fresh.core, client, { chatId: given(chatId), clientMsgId: 'meanwhile', text: first.text })
    await waitFor(() => isWaitedFor(lock.pid))
    await lock.query(`update messages set client_msg_id = 'meanwhile' where id = ${first.id}`)
    await lock.query(`update chats set status = 'closed' where id = ${chatId}`)
    await lock.release()
    expect(await send).toMatchObject({ duplicate: true, message: { id: first.id } })
  })

  test('[MSG-20] a lock that is not given in two seconds is unavailable, and the same send is stored later', async () => {
    const [chatId] = await newChats(1)
    const lock = await holdLock(given(chatId))
    const input = { chatId: given(chatId), text: 'patient', clientMsgId: uniqueId('patient') }
    expect(toAppError(await sendMessage(fresh.core, client, input).catch((error: unknown) => error))).toMatchObject({
      code: 'unavailable',
    })
    await lock.release()
    expect(await sendMessage(fresh.core, client, input)).toMatchObject({ duplicate: false, message: { seq: 1 } })
  })
})

describe('what strangers and failures may not do', () => {
  test('[CHAT-3] [MSG-20] a stranger to a locked chat gets not_found at once, and takes no place of its people', async () => {
    const [chatId] = await newChats(1)
    const stranger = await newClient(fresh.core)
    const lock = await holdLock(given(chatId))
    const own = sendText(fresh.core, client, { chatId: given(chatId) })
    await waitFor(() => isWaitedFor(lock.pid))
    const strange = Array.from({ length: blockedChatItemsMax + 1 }, () =>
      sendText(fresh.core, stranger, { chatId: given(chatId) }).catch(toAppError),
    )
    expect(await Promise.all(strange)).toMatchObject(strange.map(() => ({ code: 'not_found' })))
    const next = sendText(fresh.core, client, { chatId: given(chatId) })
    await lock.release()
    expect(await Promise.all([own, next])).toMatchObject([{ message: { seq: 1 } }, { message: { seq: 2 } }])
  })

  test('[CHAT-3] [MSG-18] editing in a chat that does not exist is not_found, and harms no neighbour', async () => {
    const chats = await newChats(30)
    const [held, others] = [chats.slice(0, 4), chats.slice(4)]
    const locks = []
    for (const chatId of held) locks.push(await holdLock(chatId))
    const waiting = held.map((chatId) => sendText(fresh.core, client, { chatId }))
    for (const lock of locks) await waitFor(() => isWaitedFor(lock.pid))
    const wrong = [1, 2, 3, 4].map((place) => ({
      chatId: chatIdSchema.parse(Number.MAX_SAFE_INTEGER - place),
      messageId: messageIdSchema.parse(1),
    }))
    const edits = wrong.map((each) => editMessage(fresh.core, client, { ...each, text: 'x' }).catch(toAppError))
    const sends = others.map((chatId) => sendText(fresh.core, client, { chatId }))
    const retractions = wrong.map((each) => retractMessage(fresh.core, client, each).catch(toAppError))
    expect(await Promise.all(sends)).toMatchObject(sends.map(() => ({ message: { seq: 1 } })))
    const refused = await Promise.all([...edits, ...retractions])
    expect(refused).toMatchObject(refused.map(() => ({ code: 'not_found' })))
    for (const lock of locks) await lock.release()
    await Promise.all(waiting)
  })

  test('[MSG-18] [MSG-20] a command that fails starves no blocked chat while others hold every place', async () => {
    await using _poison = await refusePoison()
    const chats = await newChats(20)
    const [held, bad, others] = [chats.slice(0, 4), chats.slice(4, 6), chats.slice(6)]
    const locks = []
    for (const chatId of held) locks.push(await holdLock(chatId))
    const waiting = held.map((chatId) => sendText(fresh.core, client, { chatId }))
    for (const lock of locks) await waitFor(() => isWaitedFor(lock.pid))
    const ends = [...bad, ...others, ...bad].map((chatId) =>
      sendText(fresh.core, client, { chatId, text: bad.includes(chatId) ? 'poison' : 'good' }).catch(toAppError),
    )
    const all = await Promise.all(ends)
    expect(all.map((end) => ('message' in end && 'duplicate' in end ? 'stored' : end.message))).toEqual(
      [...bad, ...others, ...bad].map((chatId) => (bad.includes(chatId) ? 'internal' : 'stored')),
    )
    for (const lock of locks) await lock.release()
    await Promise.all(waiting)
  })

  test('[MSG-19] a failure of a neighbour refuses nothing that was accepted', async () => {
    await using _poison = await refusePoison()
    const chats = await newChats(4)
    const innocent = given(chats[0])
    const neighbour = given(chats.find((chatId) => chatId !== innocent && chatId % 2 === innocent % 2))
    const bad = sendText(fresh.core, client, { chatId: neighbour, text: 'poison' }).catch(toAppError)
    const sends = Array.from({ length: blockedChatItemsMax + 100 }, () =>
      sendText(fresh.core, client, { chatId: innocent }),
    )
    expect(await Promise.all(sends)).toHaveLength(sends.length)
    expect(await bad).toMatchObject({ code: 'internal' })
  })
})

test('[CHAT-12] [MSG-18] every change writes its feed row in its own transaction', async () => {
  const { client: author, operator, chat } = await newConversation(fresh.core)
  const { core } = fresh
  const input = { chatId: chat.id }
  const changes = [
    () => sendText(core, author, input),
    () => noReply(core, operator, input),
    () => assignOperator(core, operator, input),
    () => releaseChat(core, operator, input),
    async () => {
      const { message } = await sendText(core, author, input)
      await editMessage(core, author, { ...input, messageId: message.id, text: 'edited' })
      await retractMessage(core, author, { ...input, messageId: message.id })
    },
    () => closeChat(core, operator, input),
    () => reopenChat(core, operator, input),
    () => closeChat(core, operator, input),
  ]
  for (const change of changes) {
    await change()
    const { rows } = await fresh.db.pool.query(
      `select xmin::text as changed, (select (xid::text::bigint % 4294967296)::text from feed
        where chat_id = chats.id order by id desc limit 1) as fed from chats where id = $1`,
      [chat.id],
    )
    expect(rows[0].fed).toBe(rows[0].changed)
  }
})

describe('what waits is bounded', () => {
  test('[MSG-19] beyond the bound of a held chat a send is unavailable at once', async () => {
    const [chatId] = await newChats(1)
    const lock = await holdLock(given(chatId))
    const send = () => sendText(fresh.core, client, { chatId: given(chatId) })
    const first = send()
    await waitFor(() => isWaitedFor(lock.pid))
    const fitting = Array.from({ length: blockedChatItemsMax }, send)
    await expect(send()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 })
    expect(await isWaitedFor(lock.pid)).toBe(true)
    await lock.release()
    expect(await Promise.all([first, ...fitting])).toHaveLength(blockedChatItemsMax + 1)
  })

  test('[MSG-19] beyond the bound of the process a send is unavailable at once', async () => {
    const chats = await newChats(50)
    const lock = await holdLock(given(chats[0]))
    await lock.query('lock table chats in access exclusive mode')
    const batch = (nth: number) => {
      const items = Array.from({ length: batchItemsMax }, () => ({ text: 'x', clientMsgId: uniqueId('bound') }))
      return sendBatch(fresh.core, client, { chatId: at(chats, nth), items })
    }
    const fitting = Array.from({ length: Math.floor(writeQueueItemsMax / batchItemsMax) }, (_, nth) => batch(nth))
    const ends = Promise.allSettled(fitting)
    await expect(batch(0)).rejects.toMatchObject({ code: 'unavailable' })
    await lock.release()
    await ends
    expect(await faultsOfLogs(fresh.db)).toEqual([])
    // There is room again.
    await sendText(fresh.core, client, { chatId: given(chats[0]) })
  })

  test('[MSG-19] a send that has no lock two seconds after its arrival is refused and not stored', async () => {
    let now = 0
    const { db, bus } = fresh.core
    const writer = new ChatWriter({ db, bus, epoch: () => fresh.core.epoch(), now: () => now })
    const [chatId] = await newChats(1)
    const send = (text: string) =>
      writer.send(client, { chatId: given(chatId), items: [{ text, clientMsgId: uniqueId('late') }] })
    const lock = await holdLock(given(chatId))
    const begun = send('begun').catch((error: unknown) => error)
    await waitFor(() => isWaitedFor(lock.pid))
    const late = send('late').catch((error: unknown) => error)
    now = lockWaitMsMax + 1
    const young = send('young')
    await lock.release()
    expect(await Promise.all([begun, late])).toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }])
    expect(await young).toMatchObject([{ message: { seq: 1, text: 'young' } }])
    await writer.stop()
  })
})

describe('when the database goes, or the process', () => {
  test('[MSG-18] [MSG-2] all that were in a broken transaction are unavailable, and may be sent again', async () => {
    const { chat } = await newConversation(fresh.core)
    const lock = await holdLock(chat.id)
    const inputs = ['a', 'b', 'c'].map((text) => ({ chatId: chat.id, text, clientMsgId: uniqueId('broken') }))
    const operator = (await newConversation(fresh.core)).operator
    const ends = inputs.map((input) => sendMessage(fresh.core, operator, input).catch(toAppError))
    await waitFor(() => isWaitedFor(lock.pid))
    await fresh.db.pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
      [lock.pid],
    )
    expect(await Promise.all(ends)).toMatchObject(inputs.map(() => ({ code: 'unavailable' })))
    await lock.release()
    const again = await Promise.all(inputs.map((input) => sendMessage(fresh.core, operator, input)))
    expect(again.map(({ duplicate, message }) => [duplicate, message.seq])).toEqual(
      [1, 2, 3].map((seq) => [false, seq]),
    )
  })

  test('[MSG-18] a stop finishes what was taken, and takes nothing more', async () => {
    const { db, bus } = fresh.core
    const writer = new ChatWriter({ db, bus, epoch: () => fresh.core.epoch() })
    const chats = await newChats(10)
    const send = (nth: number) =>
      writer.send(client, { chatId: at(chats, nth), items: [{ text: 'last', clientMsgId: uniqueId('last') }] })
    const lock = await holdLock(given(chats[0]))
    const sends = Array.from({ length: 100 }, (_, nth) => send(nth))
    await waitFor(() => isWaitedFor(lock.pid))
    let stopped = false
    const stop = writer.stop().then(() => {
      stopped = true
    })
    await expect(send(0)).rejects.toMatchObject({ code: 'unavailable' })
    expect(stopped).toBe(false)
    await lock.release()
    await stop
    expect(await Promise.all(sends)).toHaveLength(100)
  })
})

async function newChats(count: number): Promise<ChatId[]> {
  const chats = await Promise.all(Array.from({ length: count }, () => newChat(fresh.core, client)))
  return chats.map((chat) => chat.id).toSorted((a, b) => a - b)
}

function at<T>(items: readonly T[], place: number): T {
  return given(items[place % items.length])
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Nothing was given.')
  return value
}

/** Until it is disposed of, the database refuses to store the text "poison". */
async function refusePoison(): Promise<AsyncDisposable> {
  await fresh.db.pool.query(`
    create or replace function refuse_poison() returns trigger language plpgsql as
      $$ begin if new.text = 'poison' then raise exception 'poison'; end if; return new; end $$;
    create trigger refuse_poison before insert on messages for each row execute function refuse_poison()`)
  const allow = async () => void (await fresh.db.pool.query('drop trigger refuse_poison on messages'))
  return { [Symbol.asyncDispose]: allow }
}

/** Holds the lock of a chat in a session of its own. */
async function holdLock(chatId: ChatId) {
  const session = await fresh.db.pool.connect()
  await session.query('begin')
  const { rows } = await session.query('select pg_backend_pid() as pid from chats where id = $1 for update', [chatId])
  return {
    pid: Number(rows[0].pid),
    query: (text: string) => session.query(text),
    async release() {
      await session.query('commit')
      session.release()
    },
  }
}

async function isWaitedFor(pid: number): Promise<boolean> {
  const { rows } = await fresh.db.pool.query(
    'select count(*)::int as count from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
    [pid],
  )
  return rows[0].count > 0
}

/** The feed has one row per chat and transaction. */
async function transactionsOf(chats: readonly ChatId[]): Promise<number> {
  const { rows } = await fresh.db.pool.query(
    'select count(distinct xid)::int as count from feed where chat_id = any($1)',
    [chats],
  )
  return rows[0].count
}

/** Chats whose log has a gap, whose ids do not rise with the places, or whose head is not their last message. */
async function faultsOfLogs(db: Database): Promise<unknown[]> {
  const { rows } = await db.pool.query(`
    select chat.id, chat.last_seq, chat.in_count, log.count, log.rising, log.newest
    from chats as chat join (
      select chat_id, count(*)::int as count, max(seq)::int as top, max(id) as newest,
        bool_and(id > before) as rising
      from (select *, coalesce(lag(id) over (partition by chat_id order by seq), 0) as before from messages) as entries
      group by chat_id) as log on log.chat_id = chat.id
    where chat.status = 'open' and (log.count <> log.top or chat.last_seq <> log.top or not log.rising
      or chat.last_message_id <> log.newest or chat.in_count + chat.out_count <> log.count)`)
  return rows
}
