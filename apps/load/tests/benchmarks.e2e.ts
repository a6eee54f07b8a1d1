import { expect, test } from 'vitest'
import { measureLatency } from '../src/bench/measure-latency.ts'
import { measureReconnect } from '../src/bench/measure-reconnect.ts'

// Counts, never times: figures are for the reports, from a quiet machine.

test('[CHECK-5] everybody comes back complete after all sockets were cut at once', async () => {
  const report = await measureReconnect({ sockets: 40, awayMs: 500 })
  expect(report.missed).toBeGreaterThan(0)
  expect(report.connectionsEach).toBeLessThan(10)
})

test('[CHECK-5] the benchmark of latency sees every message in every window', async () => {
  const report = await measureLatency({ chats: 4, perSecond: 20, seconds: 2 })
  expect(report).toMatchObject({ sent: 40, applied: 80 })
})
