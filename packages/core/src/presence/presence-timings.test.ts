import { presenceExpiryMs } from '@deskbell/contract/limits'
import { expect, test } from 'vitest'
import { defaultPresenceTimings } from './presence-timings.ts'

const { refreshMs, expiryMs, graceMs, lookMs, soonMs } = defaultPresenceTimings

test('[LIVE-15] what people see of a killed process is gone within 45 seconds of its last word', () => {
  expect(presenceExpiryMs).toBe(45_000)
  expect(expiryMs + lookMs + soonMs).toBeLessThan(presenceExpiryMs)
})

test('[LIVE-15] one refresh may fail, and another process speaks up within the grace', () => {
  expect(expiryMs).toBeGreaterThan(2 * refreshMs + 5_000)
  expect(graceMs).toBeGreaterThan(refreshMs + lookMs)
})
