import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchClock } from './page.ts'

let gaps: number
let stop: () => void

beforeEach(() => {
  vi.useFakeTimers()
  gaps = 0
  stop = watchClock(() => {
    gaps += 1
  })
})

afterEach(() => {
  stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('[SDK-16] a program that was suspended is notified once', () => {
  vi.advanceTimersByTime(600_000)
  expect(gaps).toBe(0)
  vi.setSystemTime(Date.now() + 2 * 3_600_000)
  vi.advanceTimersByTime(5_000)
  expect(gaps).toBe(1)
  vi.advanceTimersByTime(600_000)
  expect(gaps).toBe(1)
})

test('[SDK-16] a clock that is set back or runs unevenly does not notify', () => {
  vi.setSystemTime(Date.now() - 3_600_000)
  vi.advanceTimersByTime(5_000)
  vi.setSystemTime(Date.now() + 10_000)
  vi.advanceTimersByTime(5_000)
  expect(gaps).toBe(0)
})
