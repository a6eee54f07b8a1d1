import { expect, test } from 'vitest'
import { measureLatency } from '../src/bench/latency/measure-latency.ts'

import { measureNeighbour } from '../src/bench/neighbour/measure-neighbour.ts'
import { greedKinds } from '../src/bench/neighbour/neighbour-clients.ts'

import { measureBurst } from '../src/bench/reconnect/measure-burst.ts'

import { measureReconnect } from '../src/bench/reconnect/measure-reconnect.ts'
import { benches } from '../src/bench/suite/benches.ts'
import { runBenches } from '../src/bench/suite/run-benches.ts'
import { resultOf } from '../src/bench/suite/section.ts'
import { nameOfDay } from '../src/name-of-day.ts'

// Counts, never times: figures are for the report, from a quiet machine.

test('[CHECK-5] everybody comes back complete after all sockets were cut at once', async () => {
  const report = await measureReconnect({ sockets: 40, awayMs: 500 })
  expect(report.missed).toBeGreaterThan(0)
  expect(report.connectionsEach).toBeLessThan(10)
})

test('[CHECK-5] clients that connect at one moment are all live, with what they missed', async () => {
  const report = await measureBurst({ sockets: 40, missed: 4, awayMs: 100 })
  expect(report.connectionsEach).toBe(1)
  expect(report.first).toBeLessThanOrEqual(report.slowest)
})

test('[CHECK-5] the benchmark of latency sees every message in every window', async () => {
  const report = await measureLatency({ chats: 4, perSecond: 20, seconds: 2, warmSeconds: 1 })
  expect(report).toMatchObject({ sent: 40, applied: 80 })
})

/** One a day fits; `pnpm bench --quick` runs them all. */
const greedOfToday = nameOfDay(greedKinds, new Date())

test.each([greedOfToday])(
  '[FAIR-4] beside two accounts with all sockets and calls, a neighbour is refused nothing: %s',
  async (kind) => {
    const report = await measureNeighbour({ kind, accounts: 2, sockets: 20, calls: 16, seconds: 2 })
    expect(report.greedyPerSecond).toBeGreaterThan(0)
    expect(report.beside.sent).toBeGreaterThan(0)
    expect(report.beside.refused).toBe(0)
  },
)

const today = nameOfDay(
  benches.map(({ name }) => name),
  new Date(),
)

test(`[BENCH-2] the part of the day runs quickly: ${today}`, async () => {
  const sections = await runBenches(benches, {
    quick: true,
    rounds: null,
    minutes: null,
    only: [today],
    log: () => {},
  })
  expect(sections.map(({ name }) => name)).toEqual([today])
  for (const section of sections) {
    const { name } = section
    const result = resultOf(section, benches)
    expect(result.tables.length, name).toBeGreaterThan(0)
    for (const { columns, rows } of result.tables) for (const row of rows) expect(row.length).toBe(columns.length)
  }
}, 600_000)
