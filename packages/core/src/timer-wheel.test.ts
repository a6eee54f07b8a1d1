import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TimerWheel } from './timer-wheel.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const tickMs = 100
const spanMs = 2_000

test('[SOCK-15] onDue is called never early and at most two ticks late', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: spanMs }), { minLength: 1, maxLength: 20 }), async (times) => {
      const wheel = new TimerWheel({ tickMs, spanMs })
      const startedAt = performance.now()
      const lateMs: number[] = []
      for (const ms of times) {
        const onDue = (now: number) => {
          lateMs.push(now - startedAt - ms)
          return null
        }
        wheel.add({ onDue }, ms)
      }
      await vi.advanceTimersByTimeAsync(spanMs + 3 * tickMs)
      expect(lateMs).toHaveLength(times.length)
      for (const late of lateMs) {
        expect(late).toBeGreaterThanOrEqual(0)
        expect(late).toBeLessThanOrEqual(2 * tickMs)
      }
    }),
    { numRuns: 50 },
  )
})

test('[SOCK-15] one timer serves all entries, and it stops when none is left', async () => {
  const wheel = new TimerWheel({ tickMs, spanMs })
  let checks = 0
  const again = {
    onDue: () => {
      checks += 1
      return checks < 3 ? 300 : null
    },
  }
  const removed = { onDue: () => expect.fail('it was removed') }
  wheel.add(again, 300)
  wheel.add(removed, 300)
  for (let nth = 0; nth < 100; nth += 1) wheel.add({ onDue: () => null }, nth)
  expect(vi.getTimerCount()).toBe(1)
  wheel.remove(removed)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(checks).toBe(3)
  expect(wheel.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('[SOCK-15] a time beyond the span of the wheel is still kept', async () => {
  const wheel = new TimerWheel({ tickMs, spanMs })
  const dueAt = performance.now() + 3 * spanMs
  let done = 0
  const far = {
    onDue: (now: number) => {
      if (now < dueAt) return dueAt - now
      done = now
      return null
    },
  }
  wheel.add(far, 3 * spanMs)
  await vi.advanceTimersByTimeAsync(4 * spanMs)
  expect(done).toBeGreaterThanOrEqual(dueAt)
  expect(done - dueAt).toBeLessThanOrEqual(3 * tickMs)
})
