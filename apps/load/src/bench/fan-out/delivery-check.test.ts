import { expect, test } from 'vitest'
import { DeliveryCheck } from './delivery-check.ts'

function checkOf(...followers: number[][]): DeliveryCheck {
  const check = new DeliveryCheck()
  for (const numbers of followers) {
    const follower = check.addFollower(0)
    for (const nr of numbers) check.take(follower, nr)
  }
  return check
}

test('[BENCH-4] a run in which everybody got everything once is whole, whatever overtook what', () => {
  const check = checkOf([1, 2, 3], [3, 1, 2])
  expect(check.complaint(3)).toBeNull()
  expect(check.delivered).toBe(6)
})

test('[BENCH-4] a follower who comes later misses nothing of what was said before', () => {
  const check = new DeliveryCheck()
  const late = check.addFollower(2)
  expect(check.take(late, 2)).toBe(false)
  expect(check.take(late, 3)).toBe(true)
  expect(check.delivered).toBe(1)
  expect(check.complaint(3)).toBeNull()
  check.take(late, 3)
  expect(check.complaint(3)).toContain('1 messages came again')
})

test('[BENCH-4] a follower who misses a message, the last one too, or gets one twice makes the run broken', () => {
  expect(checkOf([1, 2, 3], [1, 3]).complaint(3)).toContain('1 followers miss something')
  expect(checkOf([1, 2, 3], [1, 2]).complaint(3)).toContain('1 followers miss something')
  expect(checkOf([1, 2, 2, 3]).complaint(3)).toContain('1 messages came again')
  expect(checkOf([1, 3, 3, 2]).complaint(3)).toContain('1 messages came again')
  expect(checkOf([]).complaint(1)).not.toBeNull()
})
