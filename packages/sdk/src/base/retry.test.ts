import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryBoundMs, retryDelayMs } from './retry.ts'

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** When a client that lost its connection at 0 reconnects to a server that is up again at `upAtMs`. */
function comesBackAt(upAtMs: number): number {
  let now = 0
  for (let attempt = 0; now < upAtMs; attempt += 1) now += retryDelayMs(attempt, Math.random)
  return now
}

describe('retryDelayMs', () => {
  test('[SDK-4] each wait, the first included, is from 0 up to its bound', () => {
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

  test('[SDK-4] the bound stays at a second and then doubles, up to 20 seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 5_000].map(retryBoundMs)).toEqual([
      1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000,
    ])
  })

  test('[SDK-4] clients that lose a server for less than a second reconnect spread out, 99 of 100 within 1.5 s', () => {
    for (const awayMs of [50, 300, 600, 999]) {
      const lateMs = Array.from({ length: 20_000 }, () => comesBackAt(awayMs) - awayMs).sort((a, b) => a - b)
      expect(lateMs[Math.floor(lateMs.length * 0.99)]).toBeLessThan(1_500)
      // No tenth of a second gets more than a fifth of them.
      const tenths = new Map<number, number>()
      for (const ms of lateMs) tenths.set(Math.floor(ms / 100), (tenths.get(Math.floor(ms / 100)) ?? 0) + 1)
      expect(Math.max(...tenths.values())).toBeLessThan(lateMs.length / 5)
    }
  })
})
