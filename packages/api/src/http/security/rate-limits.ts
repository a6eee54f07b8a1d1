import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import {
  anonymousRate,
  changeRate,
  connectRate,
  readRate,
  sendRate,
  signInRate,
  userSocketsMax,
} from '@deskbell/contract/limits'
import type { UserRate } from '../../procedure-meta.ts'
import { Slots } from './slots.ts'
import { TokenBuckets } from './token-buckets.ts'

/** The rates that count by address. `anonymous`: calls over HTTP until a signed-in user pays for them. */
export type AddressRate = 'signIn' | 'connect' | 'anonymous'

/** Every method throws `rate_limited`, with the time to wait where it is known, when there is too little left. */
export type RateLimits = {
  /** Takes one token of an address. */
  take(rate: AddressRate, address: string): void
  /** Returns a token of an address, after the user has paid for the call. */
  giveBack(rate: AddressRate, address: string): void
  /** Takes so many tokens of a user, all or none. */
  takeOf(user: Pick<Actor, 'userId'>, rate: UserRate, count: number): void
  /** Counts a socket of the user until the returned function is called; that works only once. */
  acquireSocket(userId: number): () => void
}

export function createRateLimits(enabled: boolean, now: () => number): RateLimits {
  if (!enabled) return { take: () => {}, giveBack: () => {}, takeOf: () => {}, acquireSocket: () => () => {} }
  const buckets: Record<AddressRate | UserRate, TokenBuckets> = {
    signIn: new TokenBuckets(signInRate, now),
    connect: new TokenBuckets(connectRate, now),
    anonymous: new TokenBuckets(anonymousRate, now),
    read: new TokenBuckets(readRate, now),
    change: new TokenBuckets(changeRate, now),
    send: new TokenBuckets(sendRate, now),
  }
  const sockets = new Slots(userSocketsMax, 'sockets of this user')
  return {
    take: (rate, address) => assertTaken(buckets[rate].take(address)),
    giveBack: (rate, address) => buckets[rate].giveBack(address),
    takeOf: ({ userId }, rate, count) => assertTaken(buckets[rate].take(userId, count)),
    acquireSocket: (userId) => sockets.take(userId),
  }
}

function assertTaken(waitMs: number): void {
  if (waitMs > 0) throw new AppError('rate_limited', { retryAfterMs: waitMs })
}
