import { expect, test } from 'vitest'
import { DelayHistogram } from './delay-histogram.ts'

test('[CHECK-5] quantiles of joined histograms are right within four percent', () => {
  const all = new DelayHistogram()
  for (const offset of [0, 500]) {
    const part = new DelayHistogram()
    for (let ms = offset + 1; ms <= offset + 500; ms += 1) part.add(ms)
    all.join(part.toCounts())
  }
  expect(all.count).toBe(1000)
  expect(Math.abs((all.quantile(0.5) ?? 0) - 500)).toBeLessThan(20)
  expect(Math.abs((all.quantile(0.99) ?? 0) - 990)).toBeLessThan(40)
})

test('[CHECK-5] nothing has no quantile', () => {
  expect(new DelayHistogram().quantile(0.5)).toBeNull()
})
