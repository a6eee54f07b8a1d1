import type { Actor } from '@deskbell/contract/actor'
import { userIdSchema } from '@deskbell/contract/ids'
import { heartbeatMaxMs, heartbeatMinMs } from '@deskbell/contract/limits'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { ChatChannel } from './chat-channel.ts'
import { ChatFollower } from './chat-follower.ts'
import { entriesFixture, fixtureChatId } from './entry-fixture.ts'
import { RingBudget } from './ring-budget.ts'
import { StreamWait } from './stream-wait.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const userId = userIdSchema.parse(2)
const actor: Actor = { userId, role: 'client', name: 'A', sessionId: 1 }

function rig(cursor: string, top = 3) {
  const wait = new StreamWait(new AbortController().signal)
  const channel = new ChatChannel({
    budget: new RingBudget(),
    chatId: fixtureChatId,
    readMarks: async () => [],
    readLog: async ({ afterSeq, limit }) => entriesFixture(afterSeq + 1, Math.min(top, afterSeq + limit)),
    onError: () => undefined,
  })
  channel.add(() => wait.wake())
  channel.observe(top)
  const chat = { id: fixtureChatId, userId, operatorId: null, lastSeq: top, rev: 1, marks: { client: 0, operator: 0 } }
  let isVoid = false
  const follower = new ChatFollower({
    actor,
    chat,
    channel,
    epoch: 'e',
    isVoid: () => isVoid,
    input: { chatId: fixtureChatId, cursor },
    wait,
    clock: systemClock,
    isBusy: () => rigged.busy,
    presence: null,
  })
  const rigged = { channel, follower, busy: false, makeVoid: () => (isVoid = true) }
  return rigged
}

test('[LIVE-6] an idle stream sends hb with the top, at a random moment of the window, again and again', async () => {
  const { follower } = rig('e:3')
  expect((await follower.next()).frame).toEqual({ t: 'live', top: 3 })
  for (let beat = 0; beat < 5; beat += 1) {
    const from = performance.now()
    const next = follower.next()
    await vi.advanceTimersByTimeAsync(heartbeatMaxMs)
    const { frame, id } = await next
    expect(frame).toEqual({ t: 'hb', top: 3 })
    expect(id).toMatch(/^e:3~/)
    expect(performance.now() - from).toBeGreaterThanOrEqual(heartbeatMinMs)
  }
})

test('[LIVE-6] whatever is sent puts the next hb off', async () => {
  const { follower, channel } = rig('e:3')
  await follower.next()
  const next = follower.next()
  await vi.advanceTimersByTimeAsync(heartbeatMinMs - 1)
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  expect((await next).frame).toMatchObject({ t: 'ev', events: [{ seq: 4 }] })
  let spoke = false
  const idle = follower.next().then(({ frame }) => {
    spoke = true
    return frame
  })
  await vi.advanceTimersByTimeAsync(heartbeatMinMs - 1)
  expect(spoke).toBe(false)
  await vi.advanceTimersByTimeAsync(heartbeatMaxMs)
  expect(await idle).toEqual({ t: 'hb', top: 4 })
})

test('[LIVE-4] after reset only hb follows, with the cursor that was refused', async () => {
  const { follower, channel } = rig('other:1')
  const reset = await follower.next()
  expect(reset.frame).toEqual({ t: 'reset', reason: 'foreign', top: 3 })
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  channel.mark({ userId, role: 'client', deliveredSeq: 4, readSeq: 4 })
  const next = follower.next()
  await vi.advanceTimersByTimeAsync(heartbeatMaxMs)
  const beat = await next
  expect(beat.frame).toEqual({ t: 'hb', top: 4 })
  for (const { id } of [reset, beat]) expect(id).toMatch(/^other:1~/)
})

test('[LIVE-4] a frame that waited while the history changed becomes reset', async () => {
  const { follower, makeVoid } = rig('e:1')
  const step = await follower.next()
  expect(step.frame.t).toBe('ev')
  makeVoid()
  expect(follower.confirm(step)?.frame).toMatchObject({ t: 'reset', reason: 'foreign' })
})

test('[LIVE-11] a slow reader gets only the newest mark of each person, after the entries', async () => {
  const { follower, channel } = rig('e:3')
  await follower.next()
  for (let seq = 1; seq <= 3; seq += 1) channel.mark({ userId, role: 'client', deliveredSeq: seq, readSeq: seq })
  channel.mark({ userId, role: 'client', deliveredSeq: 2, readSeq: 2 })
  channel.offer({ seq: 4, entries: entriesFixture(4, 4) })
  expect((await follower.next()).frame.t).toBe('ev')
  expect((await follower.next()).frame).toEqual({ t: 'rcpt', userId, role: 'client', deliveredSeq: 3, readSeq: 3 })
  const next = follower.next()
  await vi.advanceTimersByTimeAsync(heartbeatMaxMs)
  expect((await next).frame.t).toBe('hb')
})

const writerId = userIdSchema.parse(7)

test('[LIVE-13] typing goes to the others, beside the log, and a newcomer is told of what still lasts', async () => {
  const { follower, channel } = rig('e:3')
  const until = Date.now() + 4_000
  for (const userId of [actor.userId, writerId]) channel.type({ userId, role: 'operator', until }, Date.now())
  expect((await follower.next()).frame.t).toBe('live')
  const step = await follower.next()
  expect(step.frame).toEqual({ t: 'typing', userId: writerId, role: 'operator', until: new Date(until).toISOString() })
  expect(step.id).toMatch(/^e:3~/)
  const next = follower.next()
  await vi.advanceTimersByTimeAsync(heartbeatMaxMs)
  expect((await next).frame.t).toBe('hb')
})

test('[LIVE-13] what is over, and what a busy reader would get late, is left out', async () => {
  const rigged = rig('e:3')
  const { follower, channel } = rigged
  await follower.next()
  const tell = (forMs: number) =>
    channel.type({ userId: writerId, role: 'operator', until: Date.now() + forMs }, Date.now())
  tell(1_000)
  rigged.busy = true
  const beat = follower.next()
  await vi.advanceTimersByTimeAsync(heartbeatMaxMs)
  expect((await beat).frame.t).toBe('hb')
  rigged.busy = false
  tell(2_000)
  const step = await follower.next()
  expect(follower.confirm(step)).toEqual(step)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(follower.confirm(step)).toBeNull()
})
