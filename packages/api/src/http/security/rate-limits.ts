import { AppError } from '@deskbell/contract/errors'
import { connectRate, sendRate, signInRate, userSocketsMax } from '@deskbell/contract/limits'
import { TokenBuckets } from './token-buckets.ts'

export type LimitedAction = 'signIn' | 'send' | 'connect'

export type RateLimits = {
  /** Takes one token of the key. Throws `rate_limited`, with the time to wait, when it has none. */
  take(action: LimitedAction, key: string): void
  /**
   * Counts a socket of the user until the returned function is called; that works only once. Throws `rate_limited` when
   * the user has too many.
   */
  acquireSocket(userId: number): () => void
}

export function createRateLimits(enabled: boolean, now: () => number): RateLimits {
  if (!enabled) return { take: () => {}, acquireSocket: () => () => {} }
  const buckets: Record<LimitedAction, TokenBuckets> = {
    signIn: new TokenBuckets(signInRate, now),
    send: new TokenBuckets(sendRate, now),
    connect: new TokenBuckets(connectRate, now),
  }
  return {
    take(action, key) {
      const waitMs = buckets[action].take(key)
      if (waitMs > 0) throw new AppError('rate_limited', { retryAfterMs: waitMs })
    },
    acquireSocket: createSocketLimits(),
  }
}

function createSocketLimits(): RateLimits['acquireSocket'] {
  const open = new Map<number, number>()
  const add = (userId: number, change: number) => {
    const count = (open.get(userId) ?? 0) + change
    if (count > 0) open.set(userId, count)
    else open.delete(userId)
  }
  return (userId) => {
    if ((open.get(userId) ?? 0) >= userSocketsMax) {
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
