import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type DrainableConnection, drain } from './drain.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const times = { drainMs: 1_000, drainGraceMs: 500, drainCallsMs: 3_000 }

type FakeConnection = DrainableConnection & { events: { what: string; atMs: number }[] }

/** Creates the connections of a server. `on` is called when one of them is asked to move, closed or cut off. */
function setUp(count: number, on: (what: string, connection: FakeConnection, leave: () => void) => void = () => {}) {
  const startedAt = performance.now()
  const open = new Set<FakeConnection>()
  for (let nth = 0; nth < count; nth += 1) {
    const record = (what: string) => () => {
      if (connection.events.at(-1)?.what !== what) connection.events.push({ what, atMs: performance.now() - startedAt })
      if (what === 'cut') open.delete(connection)
      on(what, connection, () => open.delete(connection))
    }
    const connection: FakeConnection = {
      events: [],
      isBusy: () => false,
      waitingBytes: () => 0,
      move: record('move'),
      close: record('close'),
      cut: record('cut'),
    }
    open.add(connection)
  }
  return {
    open,
    connections: [...open],
    run: async () => {
      const done = drain(() => open, times)
      await vi.runAllTimersAsync()
      await done
      return performance.now() - startedAt
    },
  }
}

const whatOf = ({ events }: FakeConnection) => events.map(({ what }) => what)

test('[SOCK-10] connections are asked to move evenly over the whole window, whether one or thousands', async () => {
  for (const count of [1, 4, 2_000]) {
    const { connections, run } = setUp(count, (what, _, leave) => what === 'move' && leave())
    const tookMs = await run()
    const movedAt = connections.map(({ events }) => events[0]?.atMs ?? -1)
    expect(movedAt.map((at) => Math.abs(at - (movedAt.indexOf(at) / count) * times.drainMs) <= 20)).not.toContain(false)
    expect(tookMs).toBeLessThan(times.drainMs + 50)
    expect(connections.every((connection) => whatOf(connection).join() === 'move')).toBe(true)
  }
})

test('[SOCK-10] a connection that stays is closed after the grace, and cut off after another', async () => {
  const { connections, run } = setUp(3)
  const tookMs = await run()
  expect(connections.map(whatOf)).toEqual(connections.map(() => ['move', 'close', 'cut']))
  expect(connections[0]?.events[1]?.atMs).toBeGreaterThanOrEqual(times.drainGraceMs)
  expect(tookMs).toBeLessThan(times.drainMs + 2 * times.drainGraceMs + 100)
})

test('[SOCK-10] a connection is closed after its call in flight, or at the time limit for calls', async () => {
  const { connections, run } = setUp(2, (what, _, leave) => what === 'close' && leave())
  const [short, long] = connections
  let shortIsBusy = true
  setTimeout(() => (shortIsBusy = false), 2_500)
  if (short) short.isBusy = () => shortIsBusy
  if (long) long.isBusy = () => true
  const tookMs = await run()
  expect(short?.events.at(-1)).toMatchObject({ what: 'close', atMs: expect.closeTo(2_500, -2) })
  expect(long?.events.at(-1)?.atMs).toBeGreaterThan(times.drainCallsMs)
  expect(tookMs).toBeLessThan(times.drainMs + times.drainGraceMs + times.drainCallsMs + 100)
})
