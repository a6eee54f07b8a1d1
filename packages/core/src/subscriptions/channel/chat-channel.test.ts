import { setImmediate as turn } from 'node:timers/promises'
import { frameEntriesMax } from '@deskbell/contract/limits'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entriesFixture, fixtureChatId } from '../../log/entry-fixture.ts'
import { WakeQueue } from '../../streams/wake-queue.ts'
import { ChatChannel } from './chat-channel.ts'
import { RingBudget } from './ring-budget.ts'

/** A log that grows, and a channel over it. The scheduler decides when a read of the log returns. */
function rig(schedule: (read: Promise<void>) => Promise<void> = (read) => read) {
  const log = { top: 0, reads: 0, fails: false }
  const errors: unknown[] = []
  const channel = new ChatChannel(fixtureChatId, {
    budget: new RingBudget(),
    wakes: new WakeQueue(),
    onError: (error) => errors.push(error),
    readLog: async ({ afterSeq }) => {
      log.reads += 1
      const { top, fails } = log
      await schedule(Promise.resolve())
      if (fails) throw new Error('the database is away')
      return entriesFixture(afterSeq + 1, Math.min(top, afterSeq + frameEntriesMax))
    },
  })
  return { log, channel, errors }
}

/** The smallest follower: a place in the log. */
async function drain(channel: ChatChannel, seen: number[]): Promise<void> {
  for (;;) {
    const at = seen.at(-1) ?? 0
    const items = channel.after(at) ?? (await channel.page(at))
    if (items.length === 0) return
    seen.push(...items.map(({ entry }) => entry.seq))
  }
}

test('[LIVE-7] after lost, duplicated and reordered hints a follower still gets the complete log', async () => {
  const hint = fc.record({
    entries: fc.integer({ min: 1, max: 4 }),
    fate: fc.constantFrom('lost', 'once', 'twice', 'late', 'bare'),
  })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(hint, { maxLength: 40 }), async (scheduler, hints) => {
      const { log, channel } = rig((read) => scheduler.schedule(read))
      channel.observe(0)
      const seen: number[] = []
      let draining = Promise.resolve()
      channel.add({
        flush: () => {
          draining = draining.then(() => drain(channel, seen))
        },
      })
      const late: (() => void)[] = []
      for (const { entries, fate } of hints) {
        const from = log.top + 1
        log.top += entries
        const { top } = log
        const offer = (bare = false) => channel.offer({ seq: top, entries: bare ? [] : entriesFixture(from, top) })
        if (fate === 'once' || fate === 'twice') offer()
        if (fate === 'twice') offer()
        if (fate === 'bare') offer(true)
        if (fate === 'late') late.push(offer)
        if (scheduler.count() > 0) await scheduler.waitOne()
      }
      for (const offer of late.reverse()) offer()
      // The reconciliation.
      channel.observe(log.top)
      await scheduler.waitAll()
      while (seen.length < log.top) {
        await scheduler.waitAll()
        await turn()
      }
      await draining
      expect(seen).toEqual(entriesFixture(1, log.top).map((entry) => entry.seq))
    }),
    { numRuns: 150 },
  )
})

test('[LIVE-8] a gap is read once, even if more hints arrive during the read', async () => {
  const { log, channel } = rig()
  channel.observe(0)
  log.top = 5
  for (const seq of [3, 4, 5]) channel.offer({ seq, entries: entriesFixture(seq, seq) })
  await turn()
  expect(log.reads).toBe(1)
  expect(channel.top).toBe(5)
})

test('[LIVE-7] a gap larger than the ring is not read into it; followers read pages from the database', async () => {
  const { log, channel } = rig()
  channel.observe(0)
  log.top = 1_000
  channel.observe(1_000)
  expect(log.reads).toBe(0)
  const seen: number[] = []
  await drain(channel, seen)
  expect(seen).toHaveLength(1_000)
})

test('[LIVE-7] a failed read is reported, and the next reported top closes the gap', async () => {
  const { log, channel, errors } = rig()
  channel.observe(0)
  log.top = 2
  log.fails = true
  channel.offer({ seq: 2, entries: [] })
  await turn()
  expect([errors.length, channel.top]).toEqual([1, 0])
  log.fails = false
  channel.observe(2)
  await turn()
  expect(channel.top).toBe(2)
})

test('[LIVE-7] a hint with a seq beyond the end of the log does not cause endless reads', async () => {
  const { log, channel } = rig()
  channel.observe(0)
  log.top = 1
  channel.offer({ seq: 9, entries: [] })
  await turn()
  expect(channel.top).toBe(1)
  expect(log.reads).toBe(2)
  log.top = 2
  channel.offer({ seq: 2, entries: entriesFixture(2, 2) })
  expect(channel.top).toBe(2)
})

test('[LIVE-8] fifty followers that need the same page share one read', async () => {
  const { log, channel } = rig()
  log.top = 10
  const pages = await Promise.all(Array.from({ length: 50 }, () => channel.page(0)))
  expect(log.reads).toBe(1)
  for (const page of pages) expect(page).toHaveLength(10)
})
