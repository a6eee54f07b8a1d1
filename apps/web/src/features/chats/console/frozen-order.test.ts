import { expect, test } from 'vitest'
import { frozenOrder } from './frozen-order.ts'

test('[WEB-22] a list that nobody points at follows at once', () => {
  expect(frozenOrder([1, 2], [3, 1, 2], false)).toEqual({ shown: [3, 1, 2], waiting: 0 })
})

test('[WEB-22] an empty list follows even while it is pointed at', () => {
  expect(frozenOrder([], [3], true)).toEqual({ shown: [3], waiting: 0 })
})

test.each([
  [[1, 2, 3], [1, 2, 3], 0],
  [[1, 2, 3], [4, 1, 2, 3], 1],
  [[1, 2, 3], [3, 1, 2], 1],
  [[1, 2, 3], [1, 3], 1],
  [[1, 2, 3], [5, 4, 3, 1], 4],
  [[1], [2, 3], 3],
])('[WEB-22] while it is frozen %j stays, and %j are %i updates', (shown, latest, waiting) => {
  expect(frozenOrder(shown, latest, true)).toEqual({ shown, waiting })
})

test('[WEB-16] [WEB-22] rows that come below show at once, because they move nobody', () => {
  expect(frozenOrder([1, 2], [3, 1, 2, 4, 5], true)).toEqual({ shown: [1, 2, 4, 5], waiting: 1 })
})

test('[WEB-55] a list of any length is counted: the work grows hardly faster than it', () => {
  // When every row looked at all ends of runs, this took minutes, and no test may.
  const shown = Array.from({ length: 200_000 }, (_, place) => place)
  const latest = [...shown.slice(100_000), ...shown.slice(0, 100_000)]
  expect(frozenOrder(shown, latest, true).waiting).toBe(100_000)
})
