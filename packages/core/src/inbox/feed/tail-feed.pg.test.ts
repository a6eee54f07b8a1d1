import { feedPageMax } from '@deskbell/db/queries/log/feed-tail'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { openTransaction } from '@deskbell/testkit/database/open-transaction'
import { newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { foldInbox, lossyCore, probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test, vi } from 'vitest'
import { InboxReader } from '../followers/inbox-reader.ts'
import { SentNumbers } from '../sent-numbers.ts'

test('[INBOX-8] a lost hint is healed while a transaction stays open in another database of the server', async () => {
  await using fresh = await lossyCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using probe = probeInbox(core, operator)
  await probe.until('live')
  await using elsewhere = await freshDatabase({ from: 'nothing' })
  await using foreign = await openTransaction(elsewhere.db)
  fresh.bus.fate = () => 0
  for (let n = 1; n <= 3; n += 1) {
    await sendText(core, client, { chatId: chat.id })
    await waitFor(() => foldInbox(probe).get(chat.id)?.lastSeq === n)
  }
  // Clients still resume from below the open transaction.
  expect(BigInt(core.inbox.knownPosition?.xid ?? 0)).toBeLessThanOrEqual(BigInt(foreign.xid))
  await foreign.end()
  await waitFor(() => BigInt(core.inbox.knownPosition?.xid ?? 0) > BigInt(foreign.xid))
})

/** A reader of an inbox that takes its rows at once, and a function that changes the next chats by SQL. */
async function manyChats({ core, db }: FreshCore, chats: number) {
  const { client } = await setUpChat(core)
  await db.pool.query(
    `insert into chats (user_id, created_by, rev, created_at, last_message_at, last_entry_at)
     select $1, $1, 1, now(), now(), now() from generate_series(1, $2)`,
    [client.userId, chats],
  )
  const received = new Map<number, number>()
  const reader: InboxReader = new InboxReader(await newOperator(core), () => {
    for (const { id, rev } of reader.takeRows(chats)) received.set(id, rev)
  })
  core.inbox.join(reader)
  await core.inbox.position()
  let last = 1
  const change = async (count: number) => {
    await db.pool.query(
      `with changed as (
         update chats set rev = rev + 1 where id between $1::int + 1 and $1::int + $2::int returning id)
       insert into feed (chat_id) select id from changed`,
      [last, count],
    )
    last += count
  }
  return { reader, received, change }
}

test('[INBOX-8] while a transaction stays open and after it, a tick reads only what is new', async () => {
  await using fresh = await freshCore()
  await using elsewhere = await freshDatabase({ from: 'nothing' })
  const { core, db } = fresh
  const round = 2 * feedPageMax + 100
  const { reader, received, change } = await manyChats(fresh, 3 * round)
  await using foreign = await openTransaction(elsewhere.db)
  // Called once for each row of the feed that the tail has read.
  const read = vi.spyOn(SentNumbers.prototype, 'has')
  const ticks = watchQueries(db)
  const severalTicks = async () => {
    const before = ticks.matching(/^with "page"/)
    await waitFor(() => ticks.matching(/^with "page"/) > before + 2)
  }
  for (let nth = 1; nth <= 3; nth += 1) {
    await change(round)
    await waitFor(() => received.size === nth * round)
    await severalTicks()
    expect(read).toHaveBeenCalledTimes(nth * round)
  }
  await foreign.end()
  await waitFor(async () => BigInt((await core.inbox.position()).xid) > BigInt(foreign.xid))
  await severalTicks()
  expect(read).toHaveBeenCalledTimes(3 * round)
  expect(new Set(received.values())).toEqual(new Set([2]))
  core.inbox.leave(reader)
  read.mockRestore()
})

test('[INBOX-8] readers get reset when rows of the feed were removed before the tail has read them', async () => {
  await using fresh = await lossyCore()
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const probe = probeInbox(core, operator)
  await probe.until('live')
  fresh.bus.fate = () => 0
  // As if more than a day had passed between two ticks.
  const open = await db.pool.connect()
  await open.query('begin')
  await open.query('lock table feed in access exclusive mode')
  await open.query(`insert into feed (chat_id, created_at) values ($1, now() - interval '2 days')`, [chat.id])
  await open.query(`delete from feed where created_at > now() - interval '1 day'`)
  await open.query('commit')
  open.release()
  await probe.until('reset')
  await probe.stop()
  await using again = probeInbox(core, operator)
  await again.until('live')
  await sendText(core, client, { chatId: chat.id })
  await waitFor(() => foldInbox(again).get(chat.id)?.lastSeq === 1)
})
