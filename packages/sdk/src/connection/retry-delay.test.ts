import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryBoundMs, retryDelayMs } from './retry-delay.ts'

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('retryDelayMs', () => {
  test('[SDK-4] a wait is anything from nothing up to its bound, the first one too', () => {
    fc.assert(
      fc.property(fc.nat(10_000), chance, (index, random) => {
        const delayMs = retryDelayMs(index, () => random)
        expect(delayMs).toBeGreaterThanOrEqual(0)
        expect(delayMs).toBeLessThan(retryBoundMs(index))
      }),
    )
    expect(retryDelayMs(0, () => 0)).toBe(0)
    expect(retryDelayMs(0, () => 0.999)).toBe(999)
  })

  test('[SDK-4] the bound doubles up to 20 seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 5_000].map(retryBoundMs)).toEqual([
      1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000,
    ])
  })
})
