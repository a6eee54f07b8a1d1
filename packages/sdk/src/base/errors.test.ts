import { errorMeanings } from '@deskbell/contract/errors'
import { describe, expect, test } from 'vitest'
import { errorCode, isFinal, isRetryable, retryAfterMs, SdkError } from './errors.ts'

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
})
