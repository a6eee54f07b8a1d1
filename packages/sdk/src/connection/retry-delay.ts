const firstMs = 1_000
const mostMs = 20_000
/** So many waits have the first bound. */
const firstWaits = 6

/**
 * How long to wait before attempt `index` (from 0), in milliseconds: full jitter under a growing bound.
 *
 * The first wait has jitter too, because a restarted server loses all its clients at one moment. And the bound rests a
 * little before it grows: of those that come back to a server which is away for a second, one in 25 has failed four times
 * by then, and with a longer wait they would be late. One in 700 has failed more than six times.
 */
export function retryDelayMs(index: number, random: () => number): number {
  return Math.floor(random() * retryBoundMs(index))
}

/** The bound that no wait before attempt `index` reaches. */
export function retryBoundMs(index: number): number {
  const doublings = Math.min(Math.max(0, index + 1 - firstWaits), 16)
  return Math.min(mostMs, firstMs * 2 ** doublings)
}
