import { getEventListeners } from 'node:events'
import type { Actor } from '@deskbell/contract/actor'
import { type ChatFrame, chatFrameSchema, type LogEntry } from '@deskbell/contract/events'
import { newClient, newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendBatch } from '../messages/send-batch.ts'
import { assignOperator } from './changes/assign-operator.ts'
import { closeChat } from './changes/close-chat.ts'
import { followChat } from './follow-chat.ts'
import { markRead } from './marks/mark-read.ts'
import { pageEvents } from './page-events.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore()
})
afterAll(() => fresh.drop())

type Chat = Awaited<ReturnType<typeof setUpChat>>['chat']
type From = { lastEventId?: string; cursor?: string }

function follow(actor: Actor, chatId: Chat['id'], from: From = {}): StreamProbe<ChatFrame> {
  return new StreamProbe((signal) => followChat(fresh.core, actor, { chatId, ...from, signal }))
}

const entriesOf = (probe: StreamProbe<ChatFrame>): LogEntry[] => probe.of('ev').flatMap((frame) => frame.events)
const seqsOf = (probe: StreamProbe<ChatFrame>): number[] => entriesOf(probe).map((entry) => entry.seq)
const upTo = (top: number, from = 1): number[] => Array.from({ length: top - from + 1 }, (_, index) => from + index)

async function fill(actor: Actor, chatId: Chat['id'], count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 20) {
    const items = upTo(Math.min(20, count - sent)).map((n) => ({
      text: `n ${sent + n}`,
      clientMsgId: `${chatId}-${sent + n}-${Math.random()}`,
    }))
    await sendBatch(fresh.core, actor, { chatId, items })
  }
}

test('[LIVE-1] a page is ascending, and its cursor names its newest entry even while messages are sent', async () => {
  const { client, operator, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 30)
  await assignOperator(fresh.core, operator, { chatId: chat.id })
  await fill(operator, chat.id, 10)
  const newest = await pageEvents(fresh.core, client, { chatId: chat.id, limit: 15 })
  expect(newest.entries.map((entry) => entry.seq)).toEqual(upTo(41, 27))
  expect(newest.hasMore).toBe(true)
  expect(newest.cursor).toBe(`${fresh.core.epoch()}:41`)
  const older = await pageEvents(fresh.core, client, { chatId: chat.id, beforeSeq: 27, limit: 50 })
  expect(older.entries.map((entry) => entry.seq)).toEqual(upTo(26))
  expect(older.hasMore).toBe(false)
  const assigned = newest.entries.find((entry) => entry.kind === 'assigned')
  expect(assigned).toMatchObject({ seq: 31, actor: { id: operator.userId, role: 'operator' } })
  const sending = fill(client, chat.id, 200)
  for (let round = 0; round < 30; round += 1) {
    const page = await pageEvents(fresh.core, client, { chatId: chat.id, limit: 50 })
    expect(page.cursor).toBe(`${fresh.core.epoch()}:${page.entries.at(-1)?.seq}`)
  }
  await sending
})

test('[LIVE-1] a page has the read marks of both sides and the statuses that follow from them', async () => {
  const { client, operator, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 3)
  await markRead(fresh.core, operator, { chatId: chat.id, seq: 2 })
  const page = await pageEvents(fresh.core, client, { chatId: chat.id, limit: 50 })
  expect(page.read).toEqual({ client: 0, operator: 2 })
  expect(page.entries.map((entry) => entry.kind === 'message' && entry.message.status)).toEqual(['read', 'read', 'new'])
})

test('[LIVE-2] a follower gets every entry once and in order, then live, then new entries', async () => {
  const { client, operator, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 130)
  await using probe = follow(client, chat.id)
  await probe.until('live')
  expect(seqsOf(probe)).toEqual(upTo(130))
  expect(probe.frames.at(-1)).toEqual({ t: 'live', top: 130 })
  await sendText(fresh.core, operator, { chatId: chat.id })
  await closeChat(fresh.core, operator, { chatId: chat.id })
  await probe.when(() => entriesOf(probe).length === 132)
  expect(seqsOf(probe)).toEqual(upTo(132))
  expect(entriesOf(probe).at(-1)?.kind).toBe('closed')
  for (const frame of probe.frames) expect(chatFrameSchema.parse(frame)).toEqual(frame)
  for (const frame of probe.of('ev')) expect(frame.events.length).toBeLessThanOrEqual(64)
})

test('[LIVE-2] followers that start while messages are being sent miss none', async () => {
  const { client, operator, chat } = await setUpChat(fresh.core)
  const sending = fill(client, chat.id, 200)
  const probes: StreamProbe<ChatFrame>[] = []
  for (let round = 0; round < 20; round += 1) {
    const probe = follow(round % 2 === 0 ? client : operator, chat.id)
    probes.push(probe)
    await probe.until('live')
  }
  await sending
  for (const probe of probes) {
    await probe.when(() => entriesOf(probe).length >= 200)
    expect(seqsOf(probe)).toEqual(upTo(200))
    await probe.stop()
  }
})

test('[LIVE-2] large entries are split into frames below 64 KiB', async () => {
  const { client, chat } = await setUpChat(fresh.core)
  for (let n = 0; n < 12; n += 1) await sendText(fresh.core, client, { chatId: chat.id, text: 'x'.repeat(16_000) })
  await using probe = follow(client, chat.id)
  await probe.until('live')
  expect(seqsOf(probe)).toEqual(upTo(12))
  for (const frame of probe.of('ev')) expect(JSON.stringify(frame).length).toBeLessThan(64 * 1024)
})

test('[LIVE-3] every frame has a unique id, and a stream resumes after any of them', async () => {
  const { client, operator, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 70)
  const first = follow(client, chat.id)
  await first.until('live')
  await sendText(fresh.core, operator, { chatId: chat.id })
  await markRead(fresh.core, operator, { chatId: chat.id, seq: 71 })
  await first.when(() => first.of('rcpt').some((frame) => frame.readSeq === 71))
  await first.stop()
  const ids = first.received.map((step) => step.id)
  expect(new Set(ids).size).toBe(ids.length)
  await sendText(fresh.core, operator, { chatId: chat.id })
  for (const [index, { id }] of first.received.entries()) {
    const seen = first.frames.slice(0, index + 1).flatMap((frame) => (frame.t === 'ev' ? frame.events : []))
    await using again = follow(client, chat.id, { lastEventId: id })
    await again.until('live')
    expect(seqsOf(again)).toEqual(upTo(72, seen.length + 1))
    for (const step of again.received) if (step.frame.t !== 'ev') expect(ids).not.toContain(step.id)
  }
})

test('[LIVE-3] lastEventId wins over cursor', async () => {
  const { client, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 5)
  const at = (seq: number) => `${fresh.core.epoch()}:${seq}`
  await using probe = follow(client, chat.id, { lastEventId: at(4), cursor: at(1) })
  await probe.until('live')
  expect(seqsOf(probe)).toEqual([5])
})

test('[LIVE-4] N16: a foreign, unreadable, future or too old cursor gets reset, and no entry after it', async () => {
  const { client, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 305)
  const epoch = fresh.core.epoch()
  const cases = [
    { cursor: 'abcdefgh:3', reason: 'foreign' },
    { cursor: 'nonsense', reason: 'foreign' },
    { cursor: `${epoch}:999`, reason: 'future' },
    { cursor: `${epoch}:4`, reason: 'too_far' },
  ]
  const probes = cases.map(({ cursor }) => follow(client, chat.id, { cursor }))
  for (const [index, probe] of probes.entries()) {
    await probe.until('reset')
    expect(probe.frames).toEqual([{ t: 'reset', reason: cases[index]?.reason, top: 305 }])
  }
  await sendText(fresh.core, client, { chatId: chat.id })
  await using witness = follow(client, chat.id, { cursor: `${epoch}:305` })
  await witness.when(() => entriesOf(witness).length === 1)
  for (const [index, probe] of probes.entries()) {
    expect(probe.frames).toHaveLength(1)
    await probe.stop()
    // The id has the refused cursor, so a stream that resumes with it is refused again.
    await using again = follow(client, chat.id, { lastEventId: probe.lastId ?? '' })
    await again.until('reset')
    expect(again.of('reset')[0]?.reason).toBe(cases[index]?.reason)
  }
})

test('[LIVE-5] without a cursor a stream starts at the first entry, or with reset if 300 is exceeded', async () => {
  const { client, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 300)
  await using whole = follow(client, chat.id)
  await whole.until('live')
  expect(seqsOf(whole)).toEqual(upTo(300))
  await sendText(fresh.core, client, { chatId: chat.id })
  await using tooFar = follow(client, chat.id)
  await tooFar.until('reset')
  expect(tooFar.frames).toEqual([{ t: 'reset', reason: 'too_far', top: 301 }])
})

test('[LIVE-10] a chat of another client and one that does not exist are both not_found', async () => {
  const { chat } = await setUpChat(fresh.core)
  const stranger = await newClient(fresh.core)
  const missing = { ...chat, id: (await setUpChat(fresh.core)).chat.id }
  await fresh.db.pool.query('delete from chats where id = $1', [missing.id])
  const followed = fresh.core.hub.followedChats
  for (const chatId of [chat.id, missing.id]) {
    await using probe = follow(stranger, chatId)
    await expect(probe.until('live')).rejects.toMatchObject({ code: 'not_found' })
    await expect(pageEvents(fresh.core, stranger, { chatId, limit: 50 })).rejects.toMatchObject({ code: 'not_found' })
  }
  expect(fresh.core.hub.followedChats).toBe(followed)
})

test('[LIVE-11] marks arrive as rcpt frames, stored ones after live, and do not move the cursor', async () => {
  const { client, operator, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 3)
  await markRead(fresh.core, operator, { chatId: chat.id, seq: 1 })
  await using probe = follow(client, chat.id)
  await probe.until('rcpt')
  expect(probe.frames.map((frame) => frame.t)).toEqual(['ev', 'live', 'rcpt'])
  await markRead(fresh.core, operator, { chatId: chat.id, seq: 3 })
  await probe.when(() => probe.of('rcpt').length === 2)
  const mark = { t: 'rcpt', userId: operator.userId, role: 'operator', deliveredSeq: 3, readSeq: 3 }
  expect(probe.of('rcpt')[1]).toEqual(mark)
  expect(probe.lastId).toMatch(new RegExp(`^${fresh.core.epoch()}:3~`))
  await using late = follow(operator, chat.id)
  await late.until('live')
  expect(entriesOf(late).every((entry) => entry.kind === 'message' && entry.message.status === 'read')).toBe(true)
})

test('[LIVE-12] stopped streams leave no channel, timer or abort listener behind', async () => {
  const { client, chat } = await setUpChat(fresh.core)
  await fill(client, chat.id, 3)
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const round = async (): Promise<AbortSignal[]> => {
    const ends = Array.from({ length: 50 }, () => new AbortController())
    const run = async (end: AbortController) => {
      for await (const { frame } of followChat(fresh.core, client, { chatId: chat.id, signal: end.signal })) {
        if (frame.t === 'live') setImmediate(() => end.abort())
      }
    }
    await Promise.all(ends.map(run))
    return ends.map((end) => end.signal)
  }
  const followed = fresh.core.hub.followedChats
  // The first round opens the connections of the pool, which keep timers of their own.
  await round()
  const before = timers()
  const signals = await round()
  expect(fresh.core.hub.followedChats).toBe(followed)
  await waitFor(() => timers() <= before)
  for (const signal of signals) expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('[LIVE-12] a stream ends when its reader returns, or by an abort while it waits for room', async () => {
  const { operator, chat } = await setUpChat(fresh.core)
  const left = followChat(fresh.core, operator, { chatId: chat.id, signal: new AbortController().signal })
  await left.next()
  await left.return()
  const end = new AbortController()
  const stuck = followChat(fresh.core, operator, {
    chatId: chat.id,
    signal: end.signal,
    ready: () => new Promise(() => undefined),
  })
  const waiting = stuck.next()
  end.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(fresh.core.hub.followedChats).toBe(0)
})

test('[LIVE-8] a slow follower reads entries that the ring dropped from the database, and misses none', async () => {
  const { client, chat } = await setUpChat(fresh.core)
  const operator = await newOperator(fresh.core)
  let open: (() => void) | undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  let frames = 0
  const ready = () => (++frames > 1 ? gate : undefined)
  await using slow = new StreamProbe<ChatFrame>((signal) =>
    followChat(fresh.core, operator, { chatId: chat.id, signal, ready }),
  )
  await slow.until('live')
  await fill(client, chat.id, 600)
  open?.()
  await slow.when(() => entriesOf(slow).length === 600)
  expect(seqsOf(slow)).toEqual(upTo(600))
})
