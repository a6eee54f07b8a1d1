const firstMs = 1_000
const stepMs = 500
const mostMs = 20_000

/**
 * How long to wait before attempt `index` (from 0), in milliseconds: full jitter under a growing bound.
 * The first wait has jitter too, because a restarted server loses all its clients at one moment.
 */
export function retryDelayMs(index: number, random: () => number): number {
  return Math.floor(random() * retryBoundMs(index))
}

/** The bound that no wait before attempt `index` reaches. */
export function retryBoundMs(index: number): number {
  if (index <= 0) return firstMs
  return Math.min(mostMs, stepMs * 2 ** Math.min(index, 16))
}
