import { expect, test } from 'vitest'
import { FaultTally } from './fault-tally.ts'

test('[CHECK-4] a fault that was inflicted again and again and never seen is a violation', () => {
  const tally = new FaultTally()
  for (let nth = 0; nth < 5; nth += 1) tally.add('cut', { inflicted: 1, seen: 0 })
  expect(tally.unproved()).toEqual([expect.stringMatching(/^CHECK-4 .*cut/)])
})

test('[CHECK-4] one that was seen once is proved, and so is one that is not used', () => {
  const tally = new FaultTally()
  for (let nth = 0; nth < 9; nth += 1) tally.add('cut', { inflicted: 1, seen: nth === 3 ? 1 : 0 })
  tally.add('kill', { inflicted: 0, seen: 0 })
  expect(tally.unproved()).toEqual([])
})
