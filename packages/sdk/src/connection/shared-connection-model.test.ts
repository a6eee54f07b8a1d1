import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeBrowser } from '../testing/fake-browser.ts'
// Imported before the timers are faked, so that a later import resolves at once.
import '../tabs/tab-share.ts'

import { ModelDesk } from '../testing/shared-connection/model-desk.ts'
import { ModelTab } from '../testing/shared-connection/model-tab.ts'

type Step =
  | { m: 'write'; count: number }
  | { m: 'rest'; ms: number }
  | { m: 'kill' | 'freeze' | 'hide' | 'wake'; tab: number }
  | { m: 'lose' | 'repeat' | 'swap' | 'silent' | 'tell' | 'cut' | 'down' | 'up' | 'restore' | 'open' | 'jump' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ m: fc.constant('write' as const), count: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ m: fc.constant('write' as const), count: fc.integer({ min: 305, max: 400 }) }) },
  { weight: 4, arbitrary: fc.record({ m: fc.constant('rest' as const), ms: fc.integer({ min: 1, max: 9_000 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ m: fc.constantFrom('kill', 'freeze', 'hide', 'wake' as const), tab: fc.nat(3) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      m: fc.constantFrom(
        ...(['lose', 'repeat', 'swap', 'silent', 'tell', 'cut', 'down', 'up', 'restore', 'open', 'jump'] as const),
      ),
    }),
  },
)

/** A browser with tabs, and a server. The scheduler decides when messages, frames and upgrades arrive. */
class World {
  readonly desk: ModelDesk
  readonly browser: FakeBrowser
  readonly tabs: ModelTab[] = []
  readonly #scheduler: fc.Scheduler

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler
    const schedule = (deliver: () => void) => void scheduler.schedule(Promise.resolve()).then(deliver)
    this.desk = new ModelDesk(schedule)
    this.browser = new FakeBrowser(schedule)
    this.desk.write(60)
    for (let each = 0; each < 3; each += 1) this.open()
  }

  get alive(): ModelTab[] {
    return this.tabs.filter((tab) => !tab.isDead)
  }

  open(): void {
    if (this.alive.length < 4) this.tabs.push(new ModelTab(this.desk, this.browser, `tab-${this.tabs.length}`))
  }

  /** Delivers at most `arrivals` events, then advances the clock by `ms`. */
  async pass(ms: number, arrivals = 6): Promise<void> {
    for (let each = 0; each < arrivals && this.#scheduler.count() > 0; each += 1) await this.#scheduler.waitOne()
    await vi.advanceTimersByTimeAsync(ms)
  }

  /** Ends all faults and delivers everything: each tab must show the log within 90 seconds. */
  async settle(): Promise<void> {
    this.desk.isDown = false
    for (const { tab } of this.tabs) tab.frozen = false
    for (let second = 0; second < 90; second += 1) {
      if (second % 15 === 0) this.desk.tell()
      await this.pass(1_000, 500)
      if (second > 3 && this.#scheduler.count() === 0 && this.alive.every((tab) => this.isComplete(tab))) return
    }
  }

  isComplete({ follower }: ModelTab): boolean {
    const { status, entries } = follower.getSnapshot()
    return status === 'live' && (entries.at(-1)?.seq ?? 0) === this.desk.top
  }

  close(): void {
    for (const tab of this.tabs) tab.close()
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

async function play(world: World, each: Step): Promise<void> {
  const { desk, tabs } = world
  const chosen = 'tab' in each ? tabs[each.tab % tabs.length] : undefined
  const [socket] = desk.sockets
  switch (each.m) {
    case 'write':
      desk.write(each.count)
      desk.tell()
      break
    case 'rest':
      await world.pass(each.ms)
      break
    case 'kill':
      if (world.alive.length > 1) chosen?.kill()
      break
    case 'freeze':
      if (chosen !== undefined) chosen.tab.frozen = !chosen.tab.frozen
      break
    case 'hide':
      chosen?.tab.hide()
      await world.pass(0)
      chosen?.tab.restore()
      break
    case 'wake':
      chosen?.manager.wake('front')
      break
    case 'lose':
    case 'repeat':
    case 'swap':
      socket?.harm(each.m)
      break
    case 'silent':
      desk.write(3)
      break
    case 'tell':
      desk.tell()
      break
    case 'cut':
      desk.cut()
      break
    case 'down':
    case 'up':
      desk.isDown = each.m === 'down'
      if (desk.isDown) desk.cut()
      break
    case 'restore':
      desk.restore()
      break
    case 'open':
      world.open()
      break
    case 'jump':
      vi.setSystemTime(Date.now() + 2 * 3_600_000)
      break
  }
}

describe('one connection for many tabs', () => {
  test('[SDK-18] whatever dies, freezes, breaks or is lost, every tab shows the whole log without gaps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 25 }), async (scheduler, steps) => {
        const world = new World(scheduler)
        try {
          for (const each of steps) {
            await play(world, each)
            await world.pass(20)
          }
          await world.settle()
          for (const tab of world.alive) {
            const { entries, status } = tab.follower.getSnapshot()
            expect(status).toBe('live')
            expect(entries).toEqual(world.desk.log.slice((entries[0]?.seq ?? 1) - 1))
            expect(entries.length).toBeGreaterThan(0)
          }
          expect(world.tabs.flatMap(({ holes }) => holes)).toEqual([])
        } finally {
          world.close()
          await world.pass(10_000, 500)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('[SDK-18] at rest all tabs share one socket', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = new World(scheduler)
        try {
          await world.settle()
          expect(world.desk.sockets.size).toBe(1)
          world.tabs[0]?.kill()
          await world.settle()
          expect(world.desk.sockets.size).toBe(1)
          expect(world.alive.map((tab) => world.isComplete(tab))).toEqual([true, true])
        } finally {
          world.close()
          await world.pass(10_000, 500)
        }
      }),
      { numRuns: 20 },
    )
  })
})
