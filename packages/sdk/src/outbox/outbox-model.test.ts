import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ModelTab } from '../testing/outbox/model-tab.ts'
import { ModelWorld } from '../testing/outbox/model-world.ts'

type Step = fc.AsyncCommand<object, ModelWorld>

/** A step that is possible at any time. */
function step(name: string, run: (world: ModelWorld) => unknown): Step {
  return {
    check: () => true,
    async run(_model, world) {
      await run(world)
      expect(world.problems()).toEqual([])
    },
    toString: () => name,
  }
}

const nth = fc.nat({ max: 3 })

/** A step of one of the open tabs. */
function inTab(name: string, run: (world: ModelWorld, tab: ModelTab) => unknown): fc.Arbitrary<Step> {
  return nth.map((which) =>
    step(`${name} in tab ${which}`, (world) => {
      const tab = world.living[which % Math.max(1, world.living.length)]
      return tab === undefined ? undefined : run(world, tab)
    }),
  )
}

const write = inTab('write', (world, tab) => world.write(tab))
const settle = (outcome: 'answer' | 'giveUp' | 'arrive' | 'refuse') =>
  nth.map((which) => step(`${outcome} request ${which}`, (world) => world.settle(which, outcome)))

const steps = [
  write,
  write,
  write,
  settle('answer'),
  settle('answer'),
  settle('giveUp'),
  settle('arrive'),
  settle('refuse'),
  inTab('show the log', (_world, tab) => tab.showLog()),
  inTab('kill', (_world, tab) => tab.die()),
  inTab('break the device', (_world, tab) => tab.breakDevice()),
  inTab('retry', (world, tab) => world.decide(tab, 'retry')),
  inTab('release', (world, tab) => world.decide(tab, 'release')),
  inTab('discard', (world, tab) => world.decide(tab, 'discard')),
  fc.constant(step('open', (world) => world.living.length < 3 && world.open())),
  fc.constant(step('close or reopen the chat', ({ chat }) => Object.assign(chat, { isClosed: !chat.isClosed }))),
  fc.constant(step('a day passes', (world) => world.sleep())),
  fc.constant(step('a second passes', () => vi.advanceTimersByTimeAsync(1_000))),
  fc.constant(step('a minute passes', () => vi.advanceTimersByTimeAsync(60_000))),
]

async function play(scheduler: fc.Scheduler, hasLocks: boolean, commands: Iterable<Step>): Promise<void> {
  const delay = () => scheduler.schedule(Promise.resolve(), 'the device')
  const world = new ModelWorld({ hasLocks, delay })
  try {
    await fc.scheduledModelRun(scheduler, () => ({ model: {}, real: world }), commands)
    world.open()
    for (let round = 0; round < 200; round += 1) {
      world.heal()
      await scheduler.waitIdle()
      await vi.advanceTimersByTimeAsync(500)
      expect(world.problems()).toEqual([])
      if (world.isQuiet) break
    }
    expect(world.isQuiet).toBe(true)
    expect(world.missing()).toEqual([])
  } finally {
    for (const tab of world.living) tab.die()
    vi.clearAllTimers()
  }
}

describe('the outbox as a whole', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test.each([true, false])(
    '[SDK-18] every message that was shown ends stored once and in order, or waits for a decision (locks: %s)',
    async (hasLocks) => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), fc.commands(steps, { maxCommands: 60, size: 'max' }), (scheduler, commands) =>
          play(scheduler, hasLocks, commands),
        ),
        { numRuns: 300 },
      )
    },
    60_000,
  )
})
