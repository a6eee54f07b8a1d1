import { expect, test } from 'vitest'
import { TokenBuckets } from './token-buckets.ts'

test('[HTTP-7] a bucket allows a burst, then returns the time to wait, and refills per key', () => {
  let now = 0
  const buckets = new TokenBuckets({ perSecond: 2, burst: 3 }, () => now)
  expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0])
  expect(buckets.take('a')).toBe(500)
  expect(buckets.take('b')).toBe(0)
  now = 400
  expect(buckets.take('a')).toBe(100)
  now = 500
  expect(buckets.take('a')).toBe(0)
  expect(buckets.take('a')).toBe(500)
})

test('[HTTP-7] above 20 000 keys the least recently used one is evicted', () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, () => 0)
  buckets.take('first')
  buckets.take('kept')
  expect(buckets.take('kept')).toBeGreaterThan(0)
  for (let key = 0; key < 19_999; key += 1) buckets.take(`key ${key}`)
  expect(buckets.take('kept')).toBeGreaterThan(0)
  expect(buckets.take('first')).toBe(0)
})
