const firstMs = 50
const mostMs = 5_000

/** Full jitter: a random time up to a bound that doubles with each attempt, so that processes do not come back in step. */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 16)))
}
