import { expect, test } from 'vitest'
import { spreadOf, spreadText } from './spread.ts'

test('[BENCH-1] the middle of an odd and of an even number of rounds, with the extremes', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 })
  expect(() => spreadOf([])).toThrow('no rounds')
})

test('[BENCH-1] a spread is written with its extremes', () => {
  expect(spreadText({ median: 1234.5, min: 1000, max: 2000 }, 1)).toBe('1,234.5 [1,000.0–2,000.0]')
})
