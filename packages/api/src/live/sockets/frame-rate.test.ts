import { socketFrameRate } from '@deskbell/contract/limits'
import { expect, test } from 'vitest'
import { frameCost, spendFrames } from './frame-rate.ts'

const rate = { perSecond: 10, burst: 20 }

/** Sends one frame after the other at the given times. Returns which were admitted. */
function admitted(times: readonly number[], frames = 1): boolean[] {
  let fullAt = 0
  return times.map((now) => {
    const next = spendFrames(fullAt, frames, { rate, now })
    fullAt = next ?? fullAt
    return next !== null
  })
}

test('[SOCK-20] a burst is admitted, the next frame is not, and a second later there is room for as many as the rate', () => {
  const now = 5_000
  expect(admitted(Array.from({ length: 21 }, () => now))).toEqual([...Array.from({ length: 20 }, () => true), false])
  const later = [...Array.from({ length: 21 }, () => now), ...Array.from({ length: 11 }, () => now + 1_000)]
  expect(admitted(later).slice(21)).toEqual([...Array.from({ length: 10 }, () => true), false])
})

test('[SOCK-20] a socket that keeps to the rate is admitted for ever', () => {
  const times = Array.from({ length: 1_000 }, (_, nth) => 1 + nth * 100)
  expect(admitted(times)).not.toContain(false)
})

test('[SOCK-20] a large frame counts as one for each 16 KB', () => {
  expect([0, 16_383, 16_384, 256 * 1024].map(frameCost)).toEqual([1, 1, 2, 17])
  // The outbox replays at most twenty messages in a frame: a whole burst is thousands of them.
  expect(socketFrameRate.burst / frameCost(20 * 1_000)).toBeGreaterThanOrEqual(500)
})
