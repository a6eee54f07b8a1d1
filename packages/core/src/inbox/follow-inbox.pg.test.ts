import { getEventListeners } from 'node:events'
import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import { inboxFrameSchema } from '@deskbell/contract/inbox'
import { catchUpChangesMax } from '@deskbell/contract/limits'
import { feedSettled } from '@deskbell/testkit/database/feed-settled'
import { newChat, newClient, newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { foldInbox, type InboxProbe, probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test, vi } from 'vitest'
import { assignOperator } from '../chats/changes/assign-operator.ts'
import { closeChat } from '../chats/changes/close-chat.ts'
import { releaseChat } from '../chats/changes/release-chat.ts'
import { getChat } from '../chats/get-chat.ts'
import { listChats } from '../chats/list-chats.ts'
import { markRead } from '../chats/marks/mark-read.ts'
import type { Core } from '../context.ts'
import { FeedPruner } from './feed/prune-feed.ts'
import { followInbox } from './follow-inbox.ts'

test('[INBOX-1] an operator receives every chat that changes, and a client only its own', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const [client, other, operator] = [await newClient(core), await newClient(core), await newOperator(core)]
  await using theirs = probeInbox(core, operator)
  await using own = probeInbox(core, client)
  for (const probe of [theirs, own]) await probe.until('live')
  expect(theirs.frames.map((frame) => frame.t)).toEqual(['counts', 'live'])
  const chat = await newChat(core, client)
  const foreign = await newChat(core, other)
  await sendText(core, other, { chatId: foreign.id, text: 'secret' })
  await sendText(core, client, { chatId: chat.id })
  await assignOperator(core, operator, { chatId: chat.id })
  await closeChat(core, operator, { chatId: foreign.id })
  const expected = async (actor: Actor) => (await listChats(core, actor, { limit: 50, status: 'all' })).items
  for (const [probe, actor] of [
    [theirs, operator],
    [own, client],
  ] as const) {
    const rows = await expected(actor)
    await waitFor(() => rows.every((row) => foldInbox(probe).get(row.id)?.rev === row.rev))
    expect([...foldInbox(probe).values()].toSorted((a, b) => a.id - b.id)).toEqual(rows.toSorted((a, b) => a.id - b.id))
    for (const frame of probe.frames) expect(inboxFrameSchema.parse(frame)).toEqual(frame)
  }
  expect(JSON.stringify(own.frames)).not.toContain('secret')
})

test('[INBOX-1] after every change both sides receive the row that getChat returns', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using theirs = probeInbox(core, operator)
  await using own = probeInbox(core, client)
  for (const probe of [theirs, own]) await probe.until('live')
  const changes = [
    () => sendText(core, client, { chatId: chat.id }),
    () => assignOperator(core, operator, { chatId: chat.id }),
    () => sendText(core, operator, { chatId: chat.id }),
    () => releaseChat(core, operator, { chatId: chat.id }),
    () => markRead(core, operator, { chatId: chat.id, seq: 4 }),
    () => markRead(core, client, { chatId: chat.id, seq: 4 }),
    () => closeChat(core, operator, { chatId: chat.id }),
  ]
  for (const change of changes) {
    await change()
    for (const [probe, actor] of [
      [theirs, operator],
      [own, client],
    ] as const) {
      const expected = (await getChat(core, actor, { chatId: chat.id })).chat
      await waitFor(() => JSON.stringify(foldInbox(probe).get(chat.id)) === JSON.stringify(expected))
    }
  }
})

test('[INBOX-2] a read mark sends a row with the same rev and a smaller unread, to those it concerns', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const [reader, withMark] = [operator, await newOperator(core)]
  await sendText(core, client, { chatId: chat.id })
  await markRead(core, withMark, { chatId: chat.id, seq: 1 })
  await sendText(core, client, { chatId: chat.id })
  const probes = {
    reader: probeInbox(core, reader),
    withMark: probeInbox(core, withMark),
    client: probeInbox(core, client),
  }
  const bystander = await newOperator(core)
  const beside = probeInbox(core, bystander)
  for (const probe of [...Object.values(probes), beside]) await probe.until('live')
  await markRead(core, reader, { chatId: chat.id, seq: 2 })
  await probes.reader.until('upsert')
  expect(foldInbox(probes.reader).get(chat.id)).toMatchObject({ rev: 3, unread: 0 })
  // For an operator without an own mark, the highest mark of all operators counts.
  await beside.until('upsert')
  expect(foldInbox(beside).get(chat.id)).toMatchObject({ rev: 3, unread: 0 })
  expect((await getChat(core, withMark, { chatId: chat.id })).chat.unread).toBe(1)
  expect(probes.withMark.of('upsert')).toEqual([])
  expect(probes.client.of('upsert')).toEqual([])
  for (const probe of [...Object.values(probes), beside]) await probe.stop()
})

test('[INBOX-3] an inbox that resumes after any of its ids gets every chat that changed since, once', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const operator = await newOperator(core)
  const first = probeInbox(core, operator)
  await first.until('live')
  const chats: Chat[] = []
  for (let n = 0; n < 45; n += 1) chats.push(await newChat(core, await newClient(core)))
  await waitFor(() => foldInbox(first).size === 45)
  await first.stop()
  const changed = chats.slice(0, 30)
  for (const chat of changed) {
    for (let n = 0; n < 3; n += 1) await sendText(core, operator, { chatId: chat.id })
  }
  await using again = probeInbox(core, operator, first.lastId)
  await again.until('live')
  const rows = again.of('upsert').flatMap((frame) => frame.rows)
  expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length)
  for (const chat of changed) expect(rows.find((row) => row.id === chat.id)?.lastSeq).toBe(3)
  expect(again.of('reset')).toEqual([])
  const ids = again.received.map((step) => step.id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { id } of first.received) {
    await using resumed = probeInbox(core, operator, id)
    await resumed.until('live')
    for (const chat of changed) expect(foldInbox(resumed).get(chat.id)?.lastSeq).toBe(3)
  }
})

test('[INBOX-3] a client that resumes receives its own chats only', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const [client, other] = [await newClient(core), await newClient(core)]
  const first = probeInbox(core, client)
  await first.until('live')
  await first.stop()
  const own = await newChat(core, client)
  await newChat(core, other)
  await using again = probeInbox(core, client, first.lastId)
  await again.until('live')
  expect([...foldInbox(again).keys()]).toEqual([own.id])
})

test('[INBOX-3] an inbox that ended while rows were waiting gets them when it resumes', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const operator = await newOperator(core)
  const client = await newClient(core)
  const end = new AbortController()
  const stream = followInbox(core, operator, { signal: end.signal })
  for (const t of ['counts', 'live']) expect((await stream.next()).value?.frame.t).toBe(t)
  const made = await Promise.all(Array.from({ length: 50 }, () => newChat(core, client)))
  // The whole feed was passed on, so the process's position is above rows that this reader has not taken yet.
  await waitFor(async () => {
    const { xid, id } = await core.inbox.position()
    const ahead = await db.pool.query('select from feed where (xid, id) > ($1::xid8, $2)', [xid, id])
    return ahead.rowCount === 0
  })
  const step = (await stream.next()).value
  const taken = step?.frame.t === 'upsert' ? step.frame.rows.map((row) => row.id) : []
  expect(taken.length).toBeGreaterThan(0)
  expect(taken.length).toBeLessThan(50)
  end.abort()
  await stream.return()
  await using again = probeInbox(core, operator, step?.id)
  await again.until('live')
  expect(new Set([...taken, ...foldInbox(again).keys()])).toEqual(new Set(made.map((chat) => chat.id)))
})

test('[INBOX-3] an inbox that resumes gets the chats whose unread was changed by marks meanwhile', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const bystander = await newOperator(core)
  await sendText(core, client, { chatId: chat.id })
  await sendText(core, operator, { chatId: chat.id })
  const actors = { operator, client, bystander }
  const away: Record<keyof typeof actors, string | undefined> = { operator: '', client: '', bystander: '' }
  for (const name of ['operator', 'client', 'bystander'] as const) {
    const probe = probeInbox(core, actors[name])
    await probe.until('live')
    await probe.stop()
    away[name] = probe.lastId
  }
  const unreadOf = async (name: keyof typeof actors) => {
    await using again = probeInbox(core, actors[name], away[name])
    await again.until('live')
    return foldInbox(again).get(chat.id)?.unread
  }
  await markRead(core, operator, { chatId: chat.id, seq: 2 })
  expect([await unreadOf('operator'), await unreadOf('bystander')]).toEqual([0, 0])
  // The client missed nothing. But an open transaction on the server can make an inbox send a row again.
  expect([undefined, 1]).toContain(await unreadOf('client'))
  await markRead(core, client, { chatId: chat.id, seq: 2 })
  expect(await unreadOf('client')).toBe(0)
})

async function expectResetOnly(core: Core, actor: Actor, cursor: string | undefined) {
  await using probe = probeInbox(core, actor, cursor)
  await probe.until('reset')
  expect(probe.frames).toEqual([{ t: 'reset' }])
  await using again = probeInbox(core, actor, probe.lastId)
  await again.until('reset')
}

test('[INBOX-3] a foreign or unreadable cursor gets only reset', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const operator = await newOperator(core)
  const first = probeInbox(core, operator)
  await first.until('live')
  await first.stop()
  const foreign = first.lastId?.replace(core.epoch(), 'abcdef')
  for (const cursor of [foreign, 'nonsense']) await expectResetOnly(core, operator, cursor)
})

test('[INBOX-3] a cursor behind more than 500 changed chats gets only reset', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { client, operator } = await setUpChat(core)
  const first = probeInbox(core, operator)
  await first.until('live')
  await first.stop()
  await db.pool.query(
    `with made as (insert into chats (user_id, created_by, rev, created_at, last_message_at, last_entry_at)
       select $1, $1, 1, now(), now(), now() from generate_series(1, 501) returning id)
     insert into feed (chat_id) select id from made`,
    [client.userId],
  )
  await expectResetOnly(core, operator, first.lastId)
})

test('[INBOX-3] a cursor behind more than 10,000 changes gets reset, even if they are of one chat', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { operator, chat } = await setUpChat(core)
  const first = probeInbox(core, operator)
  await first.until('live')
  await first.stop()
  const change = (times: number) =>
    db.pool.query('insert into feed (chat_id) select $1 from generate_series(1, $2)', [chat.id, times])
  // A transaction of another database may keep the position below the few rows that the setup wrote.
  const fewer = catchUpChangesMax - 20
  await change(fewer)
  await using served = probeInbox(core, operator, first.lastId)
  await served.until('live')
  expect([...foldInbox(served).keys()]).toEqual([chat.id])
  await change(catchUpChangesMax + 1 - fewer)
  await using refused = probeInbox(core, operator, first.lastId)
  await refused.until('reset')
})

test('[INBOX-3] a cursor from before removed feed rows gets reset, and a later one resumes', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { operator, chat } = await setUpChat(core)
  const first = probeInbox(core, operator)
  await first.until('live')
  await first.stop()
  for (let n = 0; n < 3; n += 1) await sendText(core, operator, { chatId: chat.id })
  await db.pool.query(`update feed set created_at = now() - interval '2 days'`)
  const pruner = new FeedPruner(db.orm)
  expect(await pruner.run()).toBe(3)
  expect(await pruner.run()).toBe(0)
  const probe = probeInbox(core, operator, first.lastId)
  await probe.until('reset')
  // Without a reader the inbox forgets its position, so the next one begins at the horizon.
  await probe.stop()
  // A cursor is never above the oldest open transaction. That must be above the removed rows first.
  await feedSettled(db)
  await using fresher = probeInbox(core, operator)
  await fresher.until('live')
  await fresher.stop()
  await sendText(core, operator, { chatId: chat.id })
  await using again = probeInbox(core, operator, fresher.lastId)
  await again.until('live')
  expect(foldInbox(again).get(chat.id)?.lastSeq).toBe(4)
})

test('[INBOX-4] counts are exact absolute numbers, in at most one frame a second', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const [other, otherClient] = [await newOperator(core), await newClient(core)]
  const second = await newChat(core, otherClient)
  await using mine = probeInbox(core, operator)
  await using theirs = probeInbox(core, other)
  await using own = probeInbox(core, client)
  for (const probe of [mine, theirs, own]) await probe.until('live')
  expect(mine.of('counts')).toEqual([{ t: 'counts', open: 2, mine: 0, unassigned: 2, unread: 0, unreadOwn: 0 }])
  for (let n = 0; n < 20; n += 1) await sendText(core, client, { chatId: chat.id })
  await sendText(core, otherClient, { chatId: second.id })
  await assignOperator(core, operator, { chatId: chat.id })
  await markRead(core, operator, { chatId: chat.id, seq: 15 })
  await sendText(core, operator, { chatId: chat.id })
  const last = (probe: InboxProbe) => probe.of('counts').at(-1)
  const equals = (probe: InboxProbe, counts: object) =>
    waitFor(() => JSON.stringify(last(probe)) === JSON.stringify({ t: 'counts', ...counts }), {
      what: JSON.stringify(counts),
    })
  await equals(mine, { open: 2, unassigned: 1, mine: 1, unread: 6, unreadOwn: 6 })
  await equals(theirs, { open: 2, unassigned: 1, mine: 0, unread: 6, unreadOwn: 1 })
  await equals(own, { open: 1, mine: 1, unassigned: 0, unread: 1, unreadOwn: 1 })
  await closeChat(core, operator, { chatId: chat.id })
  await equals(mine, { open: 1, unassigned: 1, mine: 0, unread: 1, unreadOwn: 1 })
  await equals(own, { open: 0, mine: 0, unassigned: 0, unread: 0, unreadOwn: 0 })
  for (const probe of [mine, theirs, own]) {
    const times = probe.received.filter((step) => step.frame.t === 'counts').map((step) => step.at)
    for (const [index, at] of times.entries()) if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThan(980)
  }
})

test('[INBOX-1] 200 operators share the reads of a changed chat, and get fewer rows than messages', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { client, chat } = await setUpChat(core)
  const operators = await Promise.all(Array.from({ length: 5 }, () => newOperator(core)))
  const probes = Array.from({ length: 200 }, (_, n) => probeInbox(core, operators[n % 5] ?? client, undefined))
  for (const probe of probes) await probe.until('live')
  const queries = watchQueries(db)
  await Promise.all(Array.from({ length: 20 }, () => sendText(core, client, { chatId: chat.id })))
  for (const probe of probes) await waitFor(() => foldInbox(probe).get(chat.id)?.lastSeq === 20)
  expect(queries.matching(/inner join "users" "client"/)).toBeLessThan(10)
  for (const probe of probes) {
    expect(probe.of('upsert').length).toBeLessThan(10)
    await probe.stop()
  }
  expect(core.inbox.hasReaders).toBe(false)
})

test('[LIVE-12] ended inboxes leave no timer, reader or abort listener behind', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const round = async (): Promise<AbortSignal[]> => {
    const ends = Array.from({ length: 30 }, () => new AbortController())
    const run = async (end: AbortController, index: number) => {
      const actor = index % 2 === 0 ? client : operator
      for await (const { frame } of followInbox(core, actor, { signal: end.signal })) {
        if (frame.t === 'live') await sendText(core, client, { chatId: chat.id })
        if (frame.t === 'upsert') setImmediate(() => end.abort())
      }
    }
    await Promise.all(ends.map(run))
    return ends.map((end) => end.signal)
  }
  // The first round opens the connections of the pool, which keep timers of their own.
  await round()
  const before = timers()
  const begun = vi.spyOn(globalThis, 'setInterval')
  const ended = vi.spyOn(globalThis, 'clearInterval')
  for (const signal of await round()) expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(core.inbox.hasReaders).toBe(false)
  await waitFor(() => timers() <= before)
  expect(begun.mock.results.length).toBeGreaterThan(0)
  // Some intervals run once more before they find nothing to do.
  const goOn = () => begun.mock.results.filter(({ value }) => !ended.mock.calls.some(([timer]) => timer === value))
  await waitFor(() => goOn().length === 0, { what: 'every interval cleared' })
  vi.restoreAllMocks()
})
