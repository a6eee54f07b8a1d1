import type { Actor } from '@deskbell/contract/actor'
import { userIdSchema } from '@deskbell/contract/ids'
import { frameEntriesMax, heartbeatMaxMs, heartbeatMinMs } from '@deskbell/contract/limits'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { entriesFixture, fixtureChatId } from '../log/entry-fixture.ts'
import { createFrameIds } from '../streams/frame-ids.ts'
import { createHeartbeatWheel } from '../streams/heartbeat.ts'
import { PushedStream } from '../streams/pushed-stream.ts'
import { WakeQueue } from '../streams/wake-queue.ts'
import { ChatChannel } from './channel/chat-channel.ts'
import { RingBudget } from './channel/ring-budget.ts'
import { ChatFollower, type ChatFollowerOptions, type FollowerContext } from './chat-follower.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const userId = userIdSchema.parse(2)
const actor: Actor = { userId, role: 'client', name: 'A', avatarUrl: null, access: null, scopes: null, sessionId: 1 }

type AnyFrame = { t: string }

/** Streams over one channel, and the frames that they wrote. */
async function setUp(cursors: readonly string[], top = 3, presence: ChatFollowerOptions['presence'] = null) {
  const wakes = new WakeQueue()
  const streamContext = { wakes, wheel: createHeartbeatWheel(), isFresh: true, whenFresh: async () => {} }
  const channel = new ChatChannel(fixtureChatId, {
    budget: new RingBudget(),
    wakes,
    readLog: async ({ afterSeq }) => entriesFixture(afterSeq + 1, Math.min(top, afterSeq + frameEntriesMax)),
    onError: () => undefined,
  })
  channel.observe(top)
  const state = {
    channel,
    busy: false,
    open: true,
    epoch: 'e',
    written: [] as { tracked: { id: string; frame: AnyFrame } }[],
  }
  const context: FollowerContext = {
    epoch: () => state.epoch,
    frameId: createFrameIds(),
    clock: systemClock,
    wake: (stream) => wakes.add(stream),
    leave: (channel, stream) => channel.remove(stream),
  }
  const streams = cursors.map((cursor) => {
    const reader = {
      get isBusy() {
        return state.busy
      },
      mayWrite: () => state.open,
      write: (tracked: { id: string; frame: AnyFrame }) => void state.written.push({ tracked }),
      fail: (cause: unknown) => expect.fail(String(cause)),
    }
    const stream = new PushedStream(streamContext, reader)
    channel.add(stream)
    const chat = { userId, lastSeq: top }
    const parts = { actor, chat, channel, epoch: 'e', context, input: { cursor }, reader, stream, presence }
    void stream.begin(Promise.resolve(new ChatFollower(parts)), () => channel.remove(stream))
    return stream
  })
  await vi.advanceTimersByTimeAsync(0)
  /** The frames since the last call. */
  const take = async () => {
    await vi.advanceTimersByTimeAsync(0)
    return state.written.splice(0).map(({ tracked }) => tracked)
  }
  return { ...state, state, streams, take, streamContext }
}

test('[LIVE-6] an idle stream sends hb frames with the top, at random intervals of 15 to 25 seconds', async () => {
  const { take } = await setUp(['e:3'])
  expect((await take()).map(({ frame }) => frame)).toEqual([{ t: 'live', top: 3 }])
  let quietMs = 0
  const gaps: number[] = []
  while (gaps.length < 6) {
    await vi.advanceTimersByTimeAsync(100)
    quietMs += 100
    const [beat] = await take()
    if (beat === undefined) continue
    expect(beat.frame).toEqual({ t: 'hb', top: 3 })
    expect(beat.id).toMatch(/^e:3~/)
    gaps.push(quietMs)
    quietMs = 0
  }
  for (const gap of gaps) {
    expect(gap).toBeGreaterThanOrEqual(heartbeatMinMs)
    expect(gap).toBeLessThanOrEqual(heartbeatMaxMs)
  }
  expect(new Set(gaps).size).toBeGreaterThan(1)
})

test('[LIVE-6] any frame postpones the next hb', async () => {
  const { take, channel } = await setUp(['e:3'])
  await vi.advanceTimersByTimeAsync(heartbeatMinMs - 1)
  await take()
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  expect(await take()).toMatchObject([{ frame: { t: 'ev', events: [{ seq: 4 }] } }])
  await vi.advanceTimersByTimeAsync(heartbeatMinMs - 1)
  expect(await take()).toEqual([])
  await vi.advanceTimersByTimeAsync(heartbeatMaxMs - heartbeatMinMs)
  expect(await take()).toMatchObject([{ frame: { t: 'hb', top: 4 } }])
})

test('[LIVE-12] a stopped stream sends nothing more and leaves the wheel and the channel', async () => {
  const { take, channel, streams, streamContext } = await setUp(['e:3'])
  await take()
  for (const stream of streams) stream.stop()
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  await vi.advanceTimersByTimeAsync(heartbeatMaxMs * 2)
  expect(await take()).toEqual([])
  expect([streamContext.wheel.size, channel.followers, vi.getTimerCount()]).toEqual([0, 0, 0])
})

test('[LIVE-4] a cursor one above the newest entry is from the future', async () => {
  const { take } = await setUp(['e:3', 'e:4'])
  expect((await take()).map(({ frame }) => frame)).toEqual([
    { t: 'live', top: 3 },
    { t: 'reset', reason: 'future', top: 3 },
  ])
})

test('[LIVE-12] a stopped stream no longer watches whether the client is online', async () => {
  const leave = vi.fn()
  const { take, streams } = await setUp(['e:3'], 3, { current: () => null, leave })
  await take()
  expect(leave).not.toHaveBeenCalled()
  for (const stream of streams) stream.stop()
  expect(leave).toHaveBeenCalled()
})

test('[LIVE-4] after reset only hb frames follow, and their ids carry the refused cursor', async () => {
  const { take, channel } = await setUp(['other:1'])
  const [reset] = await take()
  expect(reset?.frame).toEqual({ t: 'reset', reason: 'foreign', top: 3 })
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  channel.mark({ userId, role: 'client', deliveredSeq: 4, readSeq: 4 })
  await vi.advanceTimersByTimeAsync(heartbeatMaxMs)
  const [beat, ...more] = await take()
  expect(beat?.frame).toEqual({ t: 'hb', top: 4 })
  expect(more).toEqual([])
  for (const tracked of [reset, beat]) expect(tracked?.id).toMatch(/^other:1~/)
})

test('[LIVE-4] after a change of the epoch an unsent entry is replaced by reset', async () => {
  const { take, state, channel, streams } = await setUp(['e:3'])
  await take()
  state.open = false
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  expect(await take()).toEqual([])
  state.open = true
  state.epoch = 'another'
  streams[0]?.flush()
  expect(await take()).toMatchObject([{ frame: { t: 'reset', reason: 'foreign' } }])
})

test('[LIVE-11] a slow reader gets the entries first, and then only the newest mark of each user', async () => {
  const { take, channel, state, streams } = await setUp(['e:3'])
  await take()
  state.open = false
  for (let seq = 1; seq <= 3; seq += 1) channel.mark({ userId, role: 'client', deliveredSeq: seq, readSeq: seq })
  channel.mark({ userId, role: 'client', deliveredSeq: 2, readSeq: 2 })
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  await take()
  state.open = true
  streams[0]?.flush()
  const [entries, receipt, ...more] = await take()
  expect(entries?.frame.t).toBe('ev')
  expect(receipt?.frame).toEqual({ t: 'rcpt', userId, role: 'client', deliveredSeq: 3, readSeq: 3 })
  expect(more).toEqual([])
})

test('[LIVE-22] followers at the same place get the same frame objects', async () => {
  const { take, channel } = await setUp(['e:3', 'e:3', 'e:2'])
  expect((await take()).map(({ frame }) => frame.t)).toEqual(['live', 'live', 'ev', 'live'])
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  channel.offer({ seq: 5, entries: entriesFixture(5, 5) })
  channel.mark({ userId, role: 'client', deliveredSeq: 4, readSeq: 4 })
  const said = await take()
  const entries = said.filter(({ frame }) => frame.t === 'ev')
  expect(entries).toHaveLength(3)
  expect(entries[0]).toMatchObject({ id: 'e:5', frame: { events: [{ seq: 4 }, { seq: 5 }] } })
  expect(new Set(entries).size).toBe(1)
  const receipts = said.filter(({ frame }) => frame.t === 'rcpt')
  expect(receipts).toHaveLength(3)
  expect(new Set(receipts).size).toBe(1)
})

test('[LIVE-22] a shared frame is not reused after a mark changed: the next follower gets the new status', async () => {
  const { take, channel, state, streams } = await setUp(['e:3', 'e:3'])
  await take()
  state.open = false
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  await take()
  state.open = true
  streams[0]?.flush()
  channel.mark({ userId: writerId, role: 'operator', deliveredSeq: 4, readSeq: 4 })
  channel.mark({ userId, role: 'client', deliveredSeq: 4, readSeq: 4 })
  const statusOf = (tracked: unknown) => JSON.stringify(tracked).match(/"status":"(\w+)"/)?.[1]
  const entries = (await take()).filter(({ frame }) => frame.t === 'ev')
  expect(entries.map(statusOf)).toEqual(['new', 'read'])
})

const writerId = userIdSchema.parse(7)

test('[LIVE-13] a follower gets the typing of others but not its own, and keeps its cursor', async () => {
  const { take, channel } = await setUp(['e:3'])
  await take()
  const until = Date.now() + 4_000
  for (const userId of [actor.userId, writerId]) channel.type({ userId, role: 'operator', until }, Date.now())
  const [tracked, ...more] = await take()
  expect(tracked?.frame).toEqual({
    t: 'typing',
    userId: writerId,
    role: 'operator',
    until: new Date(until).toISOString(),
  })
  expect(tracked?.id).toMatch(/^e:3~/)
  expect(more).toEqual([])
})

test('[LIVE-13] typing that has ended is not sent late, and a busy reader gets no typing', async () => {
  const { take, channel, state, streams } = await setUp(['e:3'])
  await take()
  const type = (forMs: number) =>
    channel.type({ userId: writerId, role: 'operator', until: Date.now() + forMs }, Date.now())
  state.busy = true
  type(1_000)
  expect(await take()).toEqual([])
  state.busy = false
  state.open = false
  type(2_000)
  await vi.advanceTimersByTimeAsync(2_000)
  state.open = true
  streams[0]?.flush()
  expect(await take()).toEqual([])
  type(1_000)
  expect(await take()).toMatchObject([{ frame: { t: 'typing' } }])
})
