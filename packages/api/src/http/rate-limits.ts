import { AppError } from '@deskbell/contract/errors'
import { connectRate, sendRate, signInRate, userSocketsMax } from '@deskbell/contract/limits'
import { TokenBuckets } from './token-buckets.ts'

export type Limited = 'signIn' | 'send' | 'connect'

export type RateLimits = {
  /** Takes one token of the key. Throws `rate_limited`, with the time to wait, when it has none. */
  take(thing: Limited, key: string): void
  /**
   * Counts a socket of the user until the returned function is called; that works only once. Throws `rate_limited` when
   * the user has too many.
   */
  takeSeat(userId: number): () => void
}

export function createRateLimits(enabled: boolean, now: () => number): RateLimits {
  if (!enabled) return { take: () => {}, takeSeat: () => () => {} }
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
    takeSeat: createSeats(),
  }
}

function createSeats(): RateLimits['takeSeat'] {
  const taken = new Map<number, number>()
  const add = (userId: number, change: number) => {
    const count = (taken.get(userId) ?? 0) + change
    if (count > 0) taken.set(userId, count)
    else taken.delete(userId)
  }
  return (userId) => {
    if ((taken.get(userId) ?? 0) >= userSocketsMax) {
      throw new AppError('rate_limited', { detail: 'Too many sockets of this user.' })
    }
    add(userId, 1)
    let isTaken = true
    return () => {
      if (isTaken) add(userId, -1)
      isTaken = false
    }
  }
}
