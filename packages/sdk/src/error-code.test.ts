import { errorMeanings } from '@deskbell/contract/errors'
import { describe, expect, test } from 'vitest'
import { errorCode, isRetryable, retryAfterMs } from './error-code.ts'
import { SdkError } from './sdk-error.ts'

describe('errorCode', () => {
  test('[SDK-1] a code is read from what the server said, and from nothing else', () => {
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

  test('[SDK-3] of all codes only being rated and being away pass by themselves; without one the outcome is unknown', () => {
    const codes = Object.keys(errorMeanings).map((code) => errorCode({ data: { code } }))
    expect(codes).not.toContain(null)
    expect(codes.filter(isRetryable)).toEqual(['rate_limited', 'unavailable'])
    expect(isRetryable(null)).toBe(true)
  })

  test('[SDK-4] the pause that the server asks for is read, and none when it asks for none', () => {
    expect(retryAfterMs({ data: { code: 'unavailable', retryAfterMs: 1_500 } })).toBe(1_500)
    expect(retryAfterMs({ data: { code: 'unavailable', retryAfterMs: null } })).toBe(0)
    expect(retryAfterMs(new Error('x'))).toBe(0)
  })
})
