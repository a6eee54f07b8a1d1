import { AppError } from '@deskbell/contract/errors'
import { connectRate, sendRate, signInRate } from '@deskbell/contract/limits'
import { TokenBuckets } from './token-buckets.ts'

export type Limited = 'signIn' | 'send' | 'connect'

/** Throws `rate_limited` when the key has used up its share of the thing. */
export type RateLimits = { take(thing: Limited, key: string): void }

export function createRateLimits(enabled: boolean, now: () => number): RateLimits {
  if (!enabled) return { take: () => {} }
  const buckets: Record<Limited, TokenBuckets> = {
    signIn: new TokenBuckets(signInRate, now),
    send: new TokenBuckets(sendRate, now),
    connect: new TokenBuckets(connectRate, now),
  }
  return {
    take(thing, key) {
      const waitMs = buckets[thing].take(key)
      if (waitMs > 0) throw new AppError('rate_limited', { retryAfterMs: waitMs })
    },
  }
}
