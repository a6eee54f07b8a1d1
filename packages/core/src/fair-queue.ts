import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import {
  addressSignInsRunningMax,
  addressSignInsWaitingMax,
  callsRunningMax,
  callsWaitingMax,
  callWaitMsMax,
  openingsRunningMax,
  signInsRunningMax,
  signInsWaitingMax,
  signInWaitMsMax,
  userCallsRunningMax,
  userCallsWaitingMax,
  userOpeningsRunningMax,
} from '@deskbell/contract/limits'
import { overloaded } from './app-error.ts'

export type FairQueueOptions = {
  /** So many calls run at once, of one user and of all. */
  userRunningMax: number
  runningMax: number
  /**
   * So many calls wait, of one user and of all. Where no more may wait, a user with fewer waiting calls takes the place of
   * the newest one of whoever has most.
   */
  userWaitingMax: number
  waitingMax: number
  /** A call that has waited for longer is not run: its caller has been refused already. */
  waitMsMax: number
  /** For a call beyond `waitingMax`, one that has lost its place, or one that has waited for too long. Default: `unavailable`. */
  refusal?: () => AppError
  now?: () => number
}

/**
 * `short`: calls with one or two statements. `opening`: a transaction that opens a chat. `starting`: what a stream reads
 * before its first frame. `signIns`: sign-ins that hash a password, which take turns by address.
 */
export type CallQueues = Record<'short' | 'opening' | 'starting', FairQueue> & { signIns: FairQueue<string> }

export function createCallQueues(): CallQueues {
  const waiting = { userWaitingMax: userCallsWaitingMax, waitingMax: callsWaitingMax, waitMsMax: callWaitMsMax }
  return {
    short: new FairQueue({ userRunningMax: userCallsRunningMax, runningMax: callsRunningMax, ...waiting }),
    opening: new FairQueue({ userRunningMax: userOpeningsRunningMax, runningMax: openingsRunningMax, ...waiting }),
    starting: new FairQueue({ userRunningMax: userCallsRunningMax, runningMax: callsRunningMax, ...waiting }),
    signIns: new FairQueue({
      userRunningMax: addressSignInsRunningMax,
      runningMax: signInsRunningMax,
      userWaitingMax: addressSignInsWaitingMax,
      waitingMax: signInsWaitingMax,
      waitMsMax: signInWaitMsMax,
      // Not `unavailable`, which is an outage and has a line in the log for each.
      refusal: () => new AppError('rate_limited', { retryAfterMs: signInWaitMsMax }),
    }),
  }
}

type Waiting = { readonly deadline: number; start(): void; refuse(): void }

/** A user is forgotten when nothing of it runs or waits. */
type UserCalls = { running: number; readonly waiting: Waiting[] }

/**
 * Runs calls so that those of one user delay no other. A user has at most `userRunningMax` calls running. If `runningMax`
 * calls run, users with waiting calls take turns, one call each. Calls of one user start in the order of arrival. Before
 * anybody has signed in, an address stands for the user.
 */
export class FairQueue<Key = UserId> {
  readonly #options: FairQueueOptions
  readonly #refusal: () => AppError
  readonly #now: () => number
  readonly #users = new Map<Key, UserCalls>()
  /** Users who wait and have fewer calls running than they may, in the order of their turns. */
  readonly #next = new Set<UserCalls>()
  #running = 0
  #waiting = 0

  constructor(options: FairQueueOptions) {
    this.#options = options
    this.#refusal = options.refusal ?? (() => overloaded())
    this.#now = options.now ?? (() => performance.now())
  }

  /** Runs `call` when it is its turn. Rejects as `enter` does. */
  async run<T>(userId: Key, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const leave = await this.enter(userId, signal)
    try {
      return await call()
    } finally {
      leave()
    }
  }

  /**
   * Resolves when it is the turn of the user, with the function that ends the turn. Rejects with `rate_limited` or
   * `unavailable` when too many calls wait, and with `unavailable` when the wait is too long or the signal is aborted.
   */
  async enter(userId: Key, signal?: AbortSignal): Promise<() => void> {
    const user = this.#users.get(userId) ?? { running: 0, waiting: [] }
    this.#users.set(userId, user)
    try {
      await this.#turnOf(user, signal)
    } catch (error) {
      this.#forgetIdle(userId, user)
      throw error
    }
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#end(user)
      this.#forgetIdle(userId, user)
    }
  }

  /** The number of users of whom something runs or waits. */
  get users(): number {
    return this.#users.size
  }

  /** The number of calls that wait. */
  get waiting(): number {
    return this.#waiting
  }

  async #turnOf(user: UserCalls, signal: AbortSignal | undefined): Promise<void> {
    const { userRunningMax, runningMax } = this.#options
    if (signal?.aborted) throw callerGone()
    if (user.running < userRunningMax && this.#running < runningMax) this.#start(user)
    else await this.#wait(user, signal)
  }

  #forgetIdle(userId: Key, user: UserCalls): void {
    if (user.running === 0 && user.waiting.length === 0 && this.#users.get(userId) === user) this.#users.delete(userId)
  }

  #start(user: UserCalls): void {
    user.running += 1
    this.#running += 1
  }

  #wait(user: UserCalls, signal: AbortSignal | undefined): Promise<void> {
    const { userWaitingMax, waitingMax, waitMsMax } = this.#options
    if (user.waiting.length >= userWaitingMax)
      throw new AppError('rate_limited', { detail: 'Too many calls of this caller at once.' })
    if (this.#waiting >= waitingMax) this.#makeRoomFor(user)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const call = { deadline: this.#now() + waitMsMax, start: resolve, refuse: () => reject(this.#refusal()) }
    this.#waiting += 1
    user.waiting.push(call)
    this.#mayTakeTurn(user)
    if (signal === undefined) return promise
    const onGone = () => {
      this.#remove(user, call)
      reject(callerGone())
    }
    signal.addEventListener('abort', onGone, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', onGone))
  }

  /** Refuses the newest call of whoever has most waiting. Throws when that would not be more than the newcomer has. */
  #makeRoomFor(newcomer: UserCalls): void {
    let most = newcomer
    for (const user of this.#users.values()) if (user.waiting.length > most.waiting.length) most = user
    const newest = most.waiting.at(-1)
    if (newest === undefined || most.waiting.length <= newcomer.waiting.length + 1) throw this.#refusal()
    this.#remove(most, newest)
    newest.refuse()
  }

  #remove(user: UserCalls, call: Waiting): void {
    const place = user.waiting.indexOf(call)
    if (place < 0) return
    user.waiting.splice(place, 1)
    this.#waiting -= 1
    if (user.waiting.length === 0) this.#next.delete(user)
  }

  #mayTakeTurn(user: UserCalls): void {
    if (user.waiting.length > 0 && user.running < this.#options.userRunningMax) this.#next.add(user)
  }

  #end(user: UserCalls): void {
    user.running -= 1
    this.#running -= 1
    this.#mayTakeTurn(user)
    while (this.#running < this.#options.runningMax && this.#startNext());
  }

  /** Starts one call of the user whose turn it is. Returns false when nobody waits. */
  #startNext(): boolean {
    const [user] = this.#next
    if (user === undefined) return false
    this.#next.delete(user)
    const call = user.waiting.shift()
    if (call !== undefined) {
      this.#waiting -= 1
      if (call.deadline < this.#now()) call.refuse()
      else {
        this.#start(user)
        call.start()
      }
    }
    this.#mayTakeTurn(user)
    return true
  }
}

function callerGone(): AppError {
  return new AppError('unavailable', { internal: 'the caller has gone' })
}
