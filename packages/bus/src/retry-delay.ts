const firstMs = 50
const mostMs = 5_000

/**
 * Returns a random delay, in milliseconds, up to a bound that doubles with each attempt (full jitter), so that
 * processes do not reconnect at the same time.
 */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 16)))
}
