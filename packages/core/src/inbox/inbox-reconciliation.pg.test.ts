import { newChat, sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { foldInbox, lossyCore, probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { markRead } from '../chats/marks/mark-read.ts'

test('[INBOX-5] a change whose row could not be read at first is sent later', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using probe = probeInbox(core, operator)
  await probe.until('live')
  await db.pool.query('alter table chat_marks rename column read_count to away')
  const failed = watchQueries(db)
  await sendText(core, client, { chatId: chat.id })
  await waitFor(() => failed.matching(/from "chat_marks"/) > 0)
  await db.pool.query('alter table chat_marks rename column away to read_count')
  await waitFor(() => foldInbox(probe).get(chat.id)?.rev === chat.rev + 1)
})

test('[INBOX-5] a mark whose hint is lost still arrives, and one whose hint arrived is not sent twice', async () => {
  await using fresh = await lossyCore()
  const { core, db, bus } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using probe = probeInbox(core, operator)
  await probe.until('live')
  await sendText(core, client, { chatId: chat.id })
  await waitFor(() => foldInbox(probe).get(chat.id)?.unread === 1)
  bus.fate = () => 0
  await markRead(core, operator, { chatId: chat.id, seq: 1 })
  await waitFor(() => foldInbox(probe).get(chat.id)?.unread === 0)
  bus.fate = () => 1
  await sendText(core, client, { chatId: chat.id })
  await markRead(core, operator, { chatId: chat.id, seq: 2 })
  await waitFor(
    () => foldInbox(probe).get(chat.id)?.rev === chat.rev + 2 && foldInbox(probe).get(chat.id)?.unread === 0,
  )
  const sent = probe.of('upsert').length
  const polls = watchQueries(db)
  await waitFor(() => polls.matching(/from "feed"/) >= 3)
  expect(probe.of('upsert')).toHaveLength(sent)
})

test('[INBOX-5] with every hint lost, every change arrives within two seconds', timed, async () => {
  await using fresh = await lossyCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using probe = probeInbox(core, operator)
  await probe.until('live')
  fresh.bus.fate = () => 0
  for (let n = 1; n <= 3; n += 1) {
    const sentAt = performance.now()
    await sendText(core, client, { chatId: chat.id })
    await waitFor(() => foldInbox(probe).get(chat.id)?.lastSeq === n)
    expect(performance.now() - sentAt).toBeLessThan(2_000)
  }
})

test('[INBOX-5] no change is lost when an open transaction commits after a later one', async () => {
  await using fresh = await lossyCore()
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const late = await newChat(core, client)
  await using probe = probeInbox(core, operator)
  await probe.until('live')
  fresh.bus.fate = () => 0
  const open = await db.pool.connect()
  await open.query('begin')
  await open.query('update chats set rev = rev + 1 where id = $1', [late.id])
  await open.query('insert into feed (chat_id) values ($1)', [late.id])
  await sendText(core, client, { chatId: chat.id })
  await open.query('commit')
  open.release()
  await waitFor(
    () => foldInbox(probe).get(chat.id)?.lastSeq === 1 && foldInbox(probe).get(late.id)?.rev === late.rev + 1,
  )
})

test('[INBOX-5] a change that a hint brought is not sent again from the feed', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using probe = probeInbox(core, operator)
  await probe.until('live')
  const before = probe.lastId?.split('~')[0]
  await sendText(core, client, { chatId: chat.id })
  await probe.until('upsert')
  await sendText(core, client, { chatId: (await newChat(core, client)).id })
  await waitFor(() => foldInbox(probe).size === 2)
  await waitFor(async () => {
    await markRead(core, operator, { chatId: chat.id, seq: 1 })
    return probe.lastId?.split('~')[0] !== before
  })
  const revs = probe
    .of('upsert')
    .flatMap((frame) => frame.rows.filter((row) => row.id === chat.id).map((row) => `${row.rev} ${row.unread}`))
  expect(new Set(revs).size).toBe(revs.length)
})
