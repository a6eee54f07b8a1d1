import { errorMeanings } from '@deskbell/contract/errors'
import { describe, expect, test, vi } from 'vitest'
import { errorCode, isFinal, isRetryable, retryAfterMs, SdkError } from './errors.ts'
import { retry } from './retry.ts'

describe('errorCode', () => {
  test('[SDK-1] a code is read only from an error of the server or of this package', () => {
    expect(errorCode({ data: { code: 'chat_closed' } })).toBe('chat_closed')
    expect(errorCode(new SdkError('not_found'))).toBe('not_found')
    for (const error of [
      null,
      undefined,
      'chat_closed',
      new Error('x'),
      { data: null },
      { data: { code: 'constructor' } },
    ]) {
      expect(errorCode(error)).toBeNull()
    }
  })

  test('[SDK-3] only `rate_limited` and `unavailable` are retryable; without a code the outcome is unknown', () => {
    const codes = Object.keys(errorMeanings).map((code) => errorCode({ data: { code } }))
    expect(codes).not.toContain(null)
    expect(codes.filter(isRetryable)).toEqual(['rate_limited', 'unavailable'])
    expect(codes.filter((code) => !isRetryable(code) && !isFinal(code))).toEqual(['internal'])
    expect([isRetryable(null), isFinal(null)]).toEqual([true, false])
  })

  test('[SDK-4] retryAfterMs returns the pause that the server asks for, or 0', () => {
    expect(retryAfterMs({ data: { code: 'unavailable', retryAfterMs: 1_500 } })).toBe(1_500)
    expect(retryAfterMs({ data: { code: 'unavailable', retryAfterMs: null } })).toBe(0)
    expect(retryAfterMs(new Error('x'))).toBe(0)
  })

  test.each([2 ** 31, 1e15, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    '[SDK-40] a server that asks for a pause of %d ms is not asked again at once',
    async (asked) => {
      vi.useFakeTimers()
      try {
        const call = vi.fn(() => Promise.reject(Object.assign(new Error('x'), { data: { retryAfterMs: asked } })))
        const stop = new AbortController()
        const ended = retry(call, { signal: stop.signal }).catch(() => 'ended')
        await vi.advanceTimersByTimeAsync(59 * 60 * 1000)
        expect(call).toHaveBeenCalledTimes(1)
        await vi.advanceTimersByTimeAsync(2 * 60 * 1000)
        expect(call).toHaveBeenCalledTimes(2)
        stop.abort()
        expect(await ended).toBe('ended')
      } finally {
        vi.useRealTimers()
      }
    },
  )

  test('[SDK-40] a pause that is no positive number is none', () => {
    for (const asked of [-1, Number.NaN, '5', {}]) expect(retryAfterMs({ data: { retryAfterMs: asked } })).toBe(0)
  })
})
