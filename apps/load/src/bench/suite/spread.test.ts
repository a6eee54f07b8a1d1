import { expect, test } from 'vitest'
import { spreadOf, spreadText } from './spread.ts'

test('[BENCH-1] the middle of an odd and of an even number of rounds, with the extremes', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, n: 3 })
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4, n: 4 })
  expect(() => spreadOf([])).toThrow('no rounds')
})

test('[BENCH-1] a spread is written with its extremes and the number of rounds, a single round as one run', () => {
  expect(spreadText(spreadOf([1000, 1234.5, 2000]), 1)).toBe('1,234.5 [1,000.0–2,000.0] n=3')
  expect(spreadText(spreadOf([12]), 1)).toBe('12.0 (one run)')
})
