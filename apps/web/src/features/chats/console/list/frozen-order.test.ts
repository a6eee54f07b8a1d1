import { expect, test } from 'vitest'
import { frozenOrder } from './frozen-order.ts'

test('[WEB-22] a list that is not frozen updates at once', () => {
  expect(frozenOrder([1, 2], [3, 1, 2], false)).toEqual({ shown: [3, 1, 2], waiting: 0 })
})

test('[WEB-22] an empty list updates even while it is frozen', () => {
  expect(frozenOrder([], [3], true)).toEqual({ shown: [3], waiting: 0 })
})

test.each([
  [[1, 2, 3], [1, 2, 3], 0],
  [[1, 2, 3], [4, 1, 2, 3], 1],
  [[1, 2, 3], [3, 1, 2], 1],
  [[1, 2, 3], [1, 3], 1],
  [[1, 2, 3], [5, 4, 3, 1], 4],
  [[1], [2, 3], 3],
])('[WEB-22] a frozen list keeps %j, and %j are %i updates', (shown, latest, waiting) => {
  expect(frozenOrder(shown, latest, true)).toEqual({ shown, waiting })
})

test('[WEB-16] [WEB-22] rows that are added below are shown at once, because they move no row', () => {
  expect(frozenOrder([1, 2], [3, 1, 2, 4, 5], true)).toEqual({ shown: [1, 2, 4, 5], waiting: 1 })
})

test('[WEB-55] updates are counted in little more than linear time', () => {
  // With a linear search for each row this took minutes, and no test may take so long.
  const shown = Array.from({ length: 200_000 }, (_, place) => place)
  const latest = [...shown.slice(100_000), ...shown.slice(0, 100_000)]
  expect(frozenOrder(shown, latest, true).waiting).toBe(100_000)
})
