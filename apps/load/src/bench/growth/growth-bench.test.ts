import { expect, test } from 'vitest'
import { resultOf } from './growth-bench.ts'
import { growthCalls } from './growth-calls.ts'
import { quickSizes } from './growth-sizes.ts'

test('[BENCH-1] a target of growth is the median of what the rounds say, for the worst call of its group', () => {
  const times = growthCalls.map((call) => {
    const largest = call.name === 'inbox, mine' ? [13, 30, 14] : [10, 10, 10]
    return { call, bySize: [[10, 10, 10], largest] }
  })
  const { targets, tables } = resultOf(quickSizes, times)
  expect(targets.map(({ measured, met }) => [measured, met])).toEqual([
    ['1.00 [1.00–1.00] ×', true],
    ['1.40 [1.30–3.00] ×', false],
    ['1.00 [1.00–1.00] ×', true],
  ])
  expect(tables[0]?.rows.find(([name]) => name === 'inbox, mine')).toEqual([
    'inbox, mine',
    '10.00 [10.00–10.00]',
    '14.00 [13.00–30.00]',
    '1.40 [1.30–3.00]',
  ])
})
