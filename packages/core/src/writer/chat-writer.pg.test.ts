import type { Actor } from '@deskbell/contract/actor'
import type { ChatId } from '@deskbell/contract/ids'
import {
  batchItemsMax,
  blockedChatItemsMax,
  lockWaitMsMax,
  userWriteItemsMax,
  writeQueueItemsMax,
} from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { holdLock, isWaitedFor, refusePoison } from '@deskbell/testkit/database/chat-lock'
import { feedTransactions } from '@deskbell/testkit/database/feed-transactions'
import { newChat, newChats, newClient, sendText, setUpChat, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { toAppError } from '../app-error.ts'
import { assignOperator } from '../chats/changes/assign-operator.ts'
import { closeChat } from '../chats/changes/close-chat.ts'
import { noReply } from '../chats/changes/no-reply.ts'
import { releaseChat } from '../chats/changes/release-chat.ts'
import { reopenChat } from '../chats/changes/reopen-chat.ts'
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
    const chats = await newChats(fresh.core, client, 60)
    const before = await feedTransactions(fresh.db, chats)
    const sends = Array.from({ length: 600 }, (_, nth) => sendText(fresh.core, client, { chatId: at(chats, nth) }))
    const answers = await Promise.all(sends)
    expect(answers.every(({ duplicate }) => !duplicate)).toBe(true)
    // In the order in which they came.
    for (const chatId of chats) {
      const seqs = answers.filter(({ message }) => message.chatId === chatId).map(({ message }) => message.seq)
      expect(seqs).toEqual(seqs.map((_, place) => place + 1))
    }
    expect(await faultsOfLogs(fresh.db)).toEqual([])
    expect((await feedTransactions(fresh.db, chats)) - before).toBeLessThan(20)
  })

  test('[MSG-18] a lonely send waits for nobody: no timer has to fire', async () => {
    const [chatId] = await newChats(fresh.core, client, 1)
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate'] })
    try {
      const { message } = await sendText(fresh.core, client, { chatId: given(chatId) })
      expect(message.seq).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('[MSG-18] a send that fails in the database harms none beside it', async () => {
    await using _poison = await refusePoison(fresh.db)
    const chats = await newChats(fresh.core, client, 6)
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
    await using _poison = await refusePoison(fresh.db)
    const [chatId] = await newChats(fresh.core, client, 1)
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

  test('[MSG-18] [MSG-5] the same id racing in two processes is stored once, and the others beside it too', async () => {
    const second = await fresh.another()
    const chats = await newChats(fresh.core, client, 4)
    for (let round = 0; round < 10; round += 1) {
      const clientMsgId = uniqueId('racing')
      const racing = [fresh.core, second].map((core, nth) =>
        sendText(core, client, { chatId: at(chats, nth), clientMsgId }),
      )
      const others = chats.map((chatId) => sendText(fresh.core, client, { chatId }))
      const ends = await Promise.allSettled(racing)
      expect(ends.map((end) => end.status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await Promise.all(others)).toHaveLength(4)
    }
    expect(await faultsOfLogs(fresh.db)).toEqual([])
  })

  test('[MSG-18] [MSG-6] two processes send the same to the same chats: each once, without a gap', async () => {
    const second = await fresh.another()
    const chats = await newChats(fresh.core, client, 8)
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

test('[CHAT-12] [MSG-18] every change writes its feed row in its own transaction', async () => {
  const { client: author, operator, chat } = await setUpChat(fresh.core)
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
    const [chatId] = await newChats(fresh.core, client, 1)
    const lock = await holdLock(fresh.db, given(chatId))
    const send = () => sendText(fresh.core, client, { chatId: given(chatId) })
    const first = send()
    await waitFor(() => isWaitedFor(fresh.db, lock.pid))
    const fitting = Array.from({ length: blockedChatItemsMax }, send)
    await expect(send()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 })
    expect(await isWaitedFor(fresh.db, lock.pid)).toBe(true)
    await lock.release()
    expect(await Promise.all([first, ...fitting])).toHaveLength(blockedChatItemsMax + 1)
  })

  test('[MSG-19] [MSG-23] beyond the bound of the process, or of its user, a send is unavailable at once', async () => {
    const clients = await Promise.all(Array.from({ length: 9 }, () => newClient(fresh.core)))
    const senders: { client: Actor; chatId: ChatId }[] = []
    for (const each of clients) senders.push({ client: each, chatId: (await newChat(fresh.core, each)).id })
    const [first, second] = [given(senders[0]), given(senders[1])]
    const lock = await holdLock(fresh.db, first.chatId)
    await lock.query('lock table chats in access exclusive mode')
    const batch = ({ client: sender, chatId }: (typeof senders)[number]) => {
      const items = Array.from({ length: batchItemsMax }, () => ({ text: 'x', clientMsgId: uniqueId('bound') }))
      return sendBatch(fresh.core, sender, { chatId, items })
    }
    const ofUser = Array.from({ length: Math.floor(userWriteItemsMax / batchItemsMax) }, () => batch(first))
    await expect(batch(first)).rejects.toMatchObject({ code: 'unavailable' })
    const left = Math.floor(writeQueueItemsMax / batchItemsMax) - ofUser.length
    const ofOthers = Array.from({ length: left }, (_, nth) => batch(given(senders[1 + (nth % 8)])))
    const ends = Promise.allSettled([...ofUser, ...ofOthers])
    await expect(batch(second)).rejects.toMatchObject({ code: 'unavailable' })
    await lock.release()
    await ends
    expect(await faultsOfLogs(fresh.db)).toEqual([])
    // There is room again.
    await sendText(fresh.core, first.client, { chatId: first.chatId })
  })

  test('[MSG-19] a send that has no lock two seconds after its arrival is refused and not stored', async () => {
    let now = 0
    const { db, bus, clock, authMode } = fresh.core
    const writer = new ChatWriter({ db, bus, clock, authMode, epoch: () => fresh.core.epoch(), now: () => now })
    const [chatId] = await newChats(fresh.core, client, 1)
    const send = (text: string) =>
      writer.send(client, { chatId: given(chatId), items: [{ text, clientMsgId: uniqueId('late') }] })
    const lock = await holdLock(fresh.db, given(chatId))
    const begun = send('begun').catch((error: unknown) => error)
    await waitFor(() => isWaitedFor(fresh.db, lock.pid))
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
    const { chat } = await setUpChat(fresh.core)
    const lock = await holdLock(fresh.db, chat.id)
    const inputs = ['a', 'b', 'c'].map((text) => ({ chatId: chat.id, text, clientMsgId: uniqueId('broken') }))
    const operator = (await setUpChat(fresh.core)).operator
    const ends = inputs.map((input) => sendMessage(fresh.core, operator, input).catch(toAppError))
    await waitFor(() => isWaitedFor(fresh.db, lock.pid))
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
    const { db, bus, clock, authMode } = fresh.core
    const writer = new ChatWriter({ db, bus, clock, authMode, epoch: () => fresh.core.epoch() })
    const chats = await newChats(fresh.core, client, 10)
    const send = (nth: number) =>
      writer.send(client, { chatId: at(chats, nth), items: [{ text: 'last', clientMsgId: uniqueId('last') }] })
    const lock = await holdLock(fresh.db, given(chats[0]))
    const sends = Array.from({ length: 100 }, (_, nth) => send(nth))
    await waitFor(() => isWaitedFor(fresh.db, lock.pid))
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

function at<T>(items: readonly T[], place: number): T {
  return given(items[place % items.length])
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Nothing was given.')
  return value
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
