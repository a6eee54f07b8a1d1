import { expect, test } from 'vitest'
import { requireStored } from './stored-count.ts'

test('[BENCH-2] a run that stored less or more than it acknowledged is broken', () => {
  const outcome = { acknowledged: 10, unavailable: 0 }
  requireStored('peer', { ...outcome, stored: 10 })
  for (const stored of [9, 11])
    expect(() => requireStored('peer', { ...outcome, stored })).toThrow(
      `peer: 10 messages were acknowledged, and ${stored} are stored`,
    )
})

test('[BENCH-2] a message whose end the server could not tell may be stored or not', () => {
  const outcome = { acknowledged: 10, unavailable: 2 }
  for (const stored of [10, 11, 12]) requireStored('peer', { ...outcome, stored })
  expect(() => requireStored('peer', { ...outcome, stored: 13 })).toThrow('are stored')
})
