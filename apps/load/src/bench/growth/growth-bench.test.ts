import { expect, test } from 'vitest'
import { resultOf } from './growth-bench.ts'
import { growthCalls } from './growth-calls.ts'
import { quickSizes } from './growth-sizes.ts'

test('[BENCH-1] a target of growth is the median of what the rounds say, for the worst call of its group', () => {
  const runs = [0, 1, 2].flatMap((round) =>
    growthCalls.map(({ name, group }) => {
      const largest = name === 'inbox, mine' ? [13, 30, 14] : [10, 10, 10]
      return { name, group, round, medians: [10, largest[round] ?? 0] }
    }),
  )
  const { targets, tables } = resultOf({ sizes: quickSizes, runs })
  expect(targets.map(({ measured, met }) => [measured, met])).toEqual([
    ['1.00 [1.00–1.00] n=3 ×', true],
    ['1.40 [1.30–3.00] n=3 ×', false],
    ['1.00 [1.00–1.00] n=3 ×', true],
  ])
  expect(tables[0]?.rows.find(([name]) => name === 'inbox, mine')).toEqual([
    'inbox, mine',
    '10.00 [10.00–10.00] n=3',
    '14.00 [13.00–30.00] n=3',
    '1.40 [1.30–3.00] n=3',
  ])
})
