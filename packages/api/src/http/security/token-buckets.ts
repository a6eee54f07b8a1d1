/** Allows `perSecond` on average, and up to `burst` at once. */
export type Rate = { perSecond: number; burst: number }

/** What a limit counts by: the id of a user, or an address. */
export type LimitKey = number | string

/** Maximum number of keys in one `TokenBuckets`. */
export const keysMax = 20_000
/** So many keys are compared to find one to evict. */
const comparedMax = 32
/** More than the rounding errors of sums of times. */
const roundingMs = 1e-6

/**
 * Token buckets by key, in memory. A bucket is the time at which it will be full (the generic cell rate algorithm), so
 * a key costs one number.
 *
 * Their number is limited. Above it the fullest of some buckets is evicted, never one of the emptiest: a flood of new
 * keys evicts itself. To free one bucket from which so many tokens were taken, a caller must take about as many from
 * each of 20,000 other keys within the time in which a bucket fills.
 */
export class TokenBuckets {
  readonly #tokenMs: number
  readonly #burstMs: number
  readonly #now: () => number
  /** The times at which the buckets will be full. A key that is missing has a full bucket. */
  readonly #fullAt = new Map<LimitKey, number>()

  constructor({ perSecond, burst }: Rate, now: () => number) {
    this.#tokenMs = 1000 / perSecond
    this.#burstMs = burst * this.#tokenMs
    this.#now = now
  }

  /** Number of keys in memory. */
  get size(): number {
    return this.#fullAt.size
  }

  /**
   * Takes `count` tokens, at most a whole bucket, and returns 0. With fewer tokens than that takes none, and returns
   * the milliseconds until there are enough.
   */
  take(key: LimitKey, count = 1): number {
    const now = this.#now()
    const takenMs = Math.min(count * this.#tokenMs, this.#burstMs)
    const fullAt = Math.max(this.#fullAt.get(key) ?? now, now) + takenMs
    const waitMs = fullAt - now - this.#burstMs - roundingMs
    if (waitMs > 0) return Math.ceil(waitMs)
    if (!this.#fullAt.has(key) && this.#fullAt.size >= keysMax) this.#evict(now)
    this.#fullAt.set(key, fullAt)
    return 0
  }

  /** Returns a token that was taken. */
  giveBack(key: LimitKey): void {
    const fullAt = this.#fullAt.get(key)
    if (fullAt === undefined) return
    const before = fullAt - this.#tokenMs
    if (before > this.#now()) this.#fullAt.set(key, before)
    else this.#fullAt.delete(key)
  }

  /** Evicts a bucket that misses at most one token, or the fullest of some. Those that stay move to the end, so that others are compared next. */
  #evict(now: number): void {
    const seen: [LimitKey, number][] = []
    let fullest: [LimitKey, number] | null = null
    for (const bucket of this.#fullAt) {
      seen.push(bucket)
      if (fullest === null || bucket[1] < fullest[1]) fullest = bucket
      if (bucket[1] <= now + this.#tokenMs || seen.length >= comparedMax) break
    }
    for (const [key, fullAt] of seen) {
      this.#fullAt.delete(key)
      if (key !== fullest?.[0]) this.#fullAt.set(key, fullAt)
    }
  }
}
