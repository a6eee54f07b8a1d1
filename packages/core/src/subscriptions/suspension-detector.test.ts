import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SuspensionDetector } from './suspension-detector.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('[LIVE-7] a gap of more than two seconds on either clock counts as a suspension', async () => {
  let wallMs = 0
  const clock = new SuspensionDetector({ now: () => new Date(wallMs) })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(clock.isStale()).toBe(false)
  clock.tick()
  await vi.advanceTimersByTimeAsync(1_900)
  expect(clock.isStale()).toBe(false)
  await vi.advanceTimersByTimeAsync(200)
  expect(clock.isStale()).toBe(true)
  clock.tick()
  expect(clock.isStale()).toBe(false)
  // The monotonic clock may stop while the machine sleeps.
  wallMs += 2_100
  expect(clock.isStale()).toBe(true)
})
