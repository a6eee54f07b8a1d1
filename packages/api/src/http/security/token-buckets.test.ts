import { expect, test } from 'vitest'
import { keysMax, TokenBuckets } from './token-buckets.ts'

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

test('[HTTP-7] a call that counts several times takes all of its tokens or none, and at most a whole bucket', () => {
  let now = 0
  const buckets = new TokenBuckets({ perSecond: 10, burst: 5 }, () => now)
  expect(buckets.take('a', 3)).toBe(0)
  expect(buckets.take('a', 3)).toBe(100)
  expect(buckets.take('a', 2)).toBe(0)
  expect(buckets.take('b', 9)).toBe(0)
  expect(buckets.take('b')).toBe(100)
  now = 500
  expect(buckets.take('b', 9)).toBe(0)
})

test('[HTTP-7] a token that was given back can be taken again, and a bucket never holds more than its burst', () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 2 }, () => 7.3)
  expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 0])
  buckets.giveBack('a')
  expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 1000])
  for (let times = 0; times < 5; times += 1) buckets.giveBack('a')
  expect(buckets.size).toBe(0)
  expect([buckets.take('a'), buckets.take('a'), buckets.take('a')]).toEqual([0, 0, 1000])
})

test('[HTTP-19] a bucket has its whole burst, whatever the fractions of the clock', () => {
  const buckets = new TokenBuckets({ perSecond: 30, burst: 1_000 }, () => 12_345.678_901)
  expect(Array.from({ length: 1_000 }, () => buckets.take('a'))).toEqual(Array.from({ length: 1_000 }, () => 0))
  expect(buckets.take('a')).toBeGreaterThan(0)
})

test('[HTTP-19] at most 20,000 buckets are kept, and a flood of new keys evicts itself before a spent one', () => {
  const spent = Array.from({ length: 40 }, (_, nth) => `spent ${nth}`)
  const buckets = new TokenBuckets({ perSecond: 1, burst: 10 }, () => 0)
  // The spent ones come first, and later ones in a row too: a flood that comes after them compares all of them.
  for (const key of spent.slice(0, 20)) buckets.take(key, 10)
  for (let key = 0; key < keysMax / 2; key += 1) buckets.take(key)
  for (const key of spent.slice(20)) buckets.take(key, 10)
  for (let key = 0; key < keysMax * 3; key += 1) buckets.take(`flood ${key}`)
  expect(buckets.size).toBe(keysMax)
  expect(spent.filter((key) => buckets.take(key) === 0)).toEqual([])
})

test('[HTTP-19] of more than 20,000 keys the full buckets are evicted first, which nobody notices', () => {
  let now = 0
  const buckets = new TokenBuckets({ perSecond: 1, burst: 10 }, () => now)
  for (let key = 0; key < keysMax; key += 1) buckets.take(key)
  now = 1_000
  for (let key = 0; key < keysMax; key += 1) buckets.take(`later ${key}`)
  expect(buckets.size).toBe(keysMax)
  expect(Array.from({ length: 10 }, () => buckets.take(`later 0`)).at(-1)).toBe(1_000)
  expect(Array.from({ length: 10 }, () => buckets.take(0)).at(-1)).toBe(0)
})
