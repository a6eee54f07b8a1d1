import { presenceExpiryMs } from '@deskbell/contract/limits'
import { expect, test } from 'vitest'
import { defaultPresenceTimings } from './presence-timings.ts'

const { refreshMs, expiryMs, graceMs, pollMs, soonMs } = defaultPresenceTimings

test('[LIVE-15] users of a killed process are shown as away within 45 seconds of its last write', () => {
  expect(presenceExpiryMs).toBe(45_000)
  expect(expiryMs + pollMs + soonMs).toBeLessThan(presenceExpiryMs)
})

test('[LIVE-15] one refresh may fail, and another process refreshes within the grace period', () => {
  expect(expiryMs).toBeGreaterThan(2 * refreshMs + 5_000)
  expect(graceMs).toBeGreaterThan(refreshMs + pollMs)
})
