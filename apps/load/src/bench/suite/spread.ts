/** The middle of several rounds, how far they lie apart, and how many they are. */
export type Spread = { median: number; min: number; max: number; n: number }

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  if (low === undefined || high === undefined) throw new Error('There are no rounds to take the middle of.')
  return { median: (low + high) / 2, min: sorted[0] ?? low, max: sorted.at(-1) ?? high, n: sorted.length }
}

/** `12.3 [11.0–14.1] n=3`, and `12.3 (one run)` where there is no spread to show. */
export function spreadText({ median, min, max, n }: Spread, digits = 0): string {
  const text = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return n === 1 ? `${text(median)} (one run)` : `${text(median)} [${text(min)}–${text(max)}] n=${n}`
}
