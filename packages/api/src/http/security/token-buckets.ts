/** Allows `perSecond` on average, and up to `burst` at once. */
export type Rate = { perSecond: number; burst: number }

type Bucket = { tokens: number; at: number }

/** Maximum number of keys. The least recently used one is evicted first. */
const keysMax = 20_000

/** Token buckets by key, in memory. Their number is limited; an evicted key starts with a full bucket again. */
export class TokenBuckets {
  readonly #rate: Rate
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate
    this.#now = now
  }

  /** Takes one token and returns 0. Without a token, returns the milliseconds until there is one. */
  take(key: string): number {
    const { perSecond, burst } = this.#rate
    const now = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond)
    const allowed = tokens >= 1
    this.#remember(key, { tokens: allowed ? tokens - 1 : tokens, at: now })
    return allowed ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000)
  }

  /** The map keeps insertion order, so its first key is the least recently used. */
  #remember(key: string, bucket: Bucket): void {
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    if (this.#buckets.size <= keysMax) return
    const oldest = this.#buckets.keys().next().value
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}
