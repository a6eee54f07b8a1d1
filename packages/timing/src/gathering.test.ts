import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Gathering, type GatheringOptions } from './gathering.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Work whose runs end when the test says so. */
function setUp(options: Partial<GatheringOptions> = {}) {
  const runs: { items: string[]; end: () => void; fail: () => void }[] = []
  const errors: unknown[] = []
  let waiting: string[] = []
  const gathering = new Gathering({
    run: async () => {
      const items = waiting
      waiting = []
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      runs.push({ items, end: resolve, fail: () => reject(new Error('broken')) })
      await promise
    },
    onError: (error) => errors.push(error),
    ...options,
  })
  const add = (item: string) => {
    waiting.push(item)
    gathering.request()
  }
  return { gathering, add, runs, errors, items: () => runs.map((run) => run.items.join('')) }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('what comes alone is done at once, and what comes meanwhile shares the next run', async () => {
  const { add, runs, items } = setUp()
  add('a')
  await settled()
  expect(items()).toEqual(['a'])
  for (const item of ['b', 'c', 'd']) add(item)
  await settled()
  expect(items()).toEqual(['a'])
  runs[0]?.end()
  await settled()
  expect(items()).toEqual(['a', 'bcd'])
  runs[1]?.end()
  await settled()
  expect(runs).toHaveLength(2)
})

test('what comes in one turn shares a run, and no more runs than allowed are there at once', async () => {
  const { add, runs, items } = setUp({ runsMax: 2 })
  add('a')
  add('b')
  await settled()
  add('c')
  await settled()
  add('d')
  await settled()
  add('e')
  await settled()
  expect(items()).toEqual(['ab', 'c'])
  runs[1]?.end()
  await settled()
  expect(items()).toEqual(['ab', 'c', 'de'])
})

test('runs that ask for another one are never more than allowed', async () => {
  let [left, running, most] = [6, 0, 0]
  const ends: (() => void)[] = []
  const gathering = new Gathering({
    runsMax: 2,
    run: async () => {
      running += 1
      most = Math.max(most, running)
      left -= 1
      if (left > 0) gathering.request()
      await new Promise<void>((resolve) => ends.push(resolve))
      running -= 1
    },
  })
  gathering.request()
  for (let turn = 0; left > 0 || running > 0; turn += 1) {
    await settled()
    ends[turn]?.()
    await settled()
  }
  expect([most, ends.length]).toEqual([2, 6])
})

test('a run that fails tells its error, and what came meanwhile is done', async () => {
  const { add, runs, items, errors } = setUp()
  add('a')
  await settled()
  add('b')
  runs[0]?.fail()
  await settled()
  expect(items()).toEqual(['a', 'b'])
  expect(errors).toEqual([new Error('broken')])
})

test('a delay gathers from the first request on, and a gap keeps runs apart', async () => {
  const delayed = setUp({ delayMs: 100 })
  delayed.add('a')
  vi.advanceTimersByTime(60)
  delayed.add('b')
  vi.advanceTimersByTime(39)
  await settled()
  expect(delayed.items()).toEqual([])
  vi.advanceTimersByTime(1)
  await settled()
  expect(delayed.items()).toEqual(['ab'])

  const spaced = setUp({ gapMs: 100 })
  spaced.add('a')
  await settled()
  spaced.runs[0]?.end()
  await settled()
  spaced.add('b')
  vi.advanceTimersByTime(99)
  await settled()
  expect(spaced.items()).toEqual(['a'])
  vi.advanceTimersByTime(1)
  await settled()
  expect(spaced.items()).toEqual(['a', 'b'])
})

test('a flush does what was requested without the delay, and waits for it and for what ran before', async () => {
  const { gathering, add, runs, items } = setUp({ delayMs: 100 })
  await gathering.flush()
  expect(items()).toEqual([])
  add('a')
  let isFlushed = false
  const flushed = gathering.flush().then(() => {
    isFlushed = true
  })
  await settled()
  add('b')
  expect([items(), isFlushed]).toEqual([['a'], false])
  runs[0]?.end()
  await flushed
  expect(items()).toEqual(['a'])
  vi.advanceTimersByTime(100)
  await settled()
  expect(items()).toEqual(['a', 'b'])
})

test('after a stop nothing runs, and a cancelled request is forgotten', async () => {
  const { gathering, add, runs, items } = setUp({ delayMs: 100 })
  add('a')
  gathering.cancel()
  vi.advanceTimersByTime(1_000)
  await settled()
  expect(items()).toEqual([])
  add('b')
  const stopped = gathering.stop()
  await settled()
  runs[0]?.end()
  await stopped
  add('c')
  vi.advanceTimersByTime(1_000)
  await settled()
  expect(items()).toEqual(['ab'])
})
