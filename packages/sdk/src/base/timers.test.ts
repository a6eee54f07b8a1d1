import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { withTimeout } from './timers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('[SDK-3] a call that is answered leaves no timer behind, whether it succeeds or fails', async () => {
  expect(await withTimeout(1_000, () => Promise.resolve('stored'))).toBe('stored')
  await expect(withTimeout(1_000, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  expect(vi.getTimerCount()).toBe(0)
})

test('[SDK-3] a call that is not answered in time is aborted', async () => {
  const call = withTimeout(1_000, (signal) => {
    const { promise, reject } = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => reject(signal.reason))
    return promise
  })
  const outcome = expect(call).rejects.toThrow('The time is over.')
  await vi.advanceTimersByTimeAsync(1_000)
  await outcome
})
