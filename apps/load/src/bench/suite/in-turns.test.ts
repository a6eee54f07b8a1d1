import { expect, test } from 'vitest'
import { inTurns } from './in-turns.ts'

test('[BENCH-1] every round begins with the next contender, and nobody is left out', () => {
  expect([0, 1, 2, 3].map((round) => inTurns(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc'])
  expect(inTurns([], 2)).toEqual([])
})
