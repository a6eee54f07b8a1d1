import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import {
  callsRunningMax,
  callsWaitingMax,
  callWaitMsMax,
  openingsRunningMax,
  userCallsRunningMax,
  userCallsWaitingMax,
  userOpeningsRunningMax,
} from '@deskbell/contract/limits'
import { overloaded } from './app-error.ts'

export type FairQueueOptions = {
  /** So many calls run at once, of one user and of all. */
  userRunningMax: number
  runningMax: number
  /** So many calls wait, of one user and of all. */
  userWaitingMax: number
  waitingMax: number
  /** A call that has waited for longer is not run: its caller has been refused already. */
  waitMsMax: number
  now?: () => number
}

/**
 * `short`: calls with one or two statements. `opening`: a transaction that opens a chat. `starting`: what a stream reads
 * before its first frame.
 */
export type CallQueues = Record<'short' | 'opening' | 'starting', FairQueue>

export function createCallQueues(): CallQueues {
  const waiting = { userWaitingMax: userCallsWaitingMax, waitingMax: callsWaitingMax, waitMsMax: callWaitMsMax }
  return {
    short: new FairQueue({ userRunningMax: userCallsRunningMax, runningMax: callsRunningMax, ...waiting }),
    opening: new FairQueue({ userRunningMax: userOpeningsRunningMax, runningMax: openingsRunningMax, ...waiting }),
    starting: new FairQueue({ userRunningMax: userCallsRunningMax, runningMax: callsRunningMax, ...waiting }),
  }
}

type Waiting = { readonly deadline: number; start(): void; refuse(): void }

/** A user is forgotten when nothing of it runs or waits. */
type UserCalls = { running: number; readonly waiting: Waiting[] }

/**
 * Runs calls so that those of one user delay no other. A user has at most `userRunningMax` calls running. If `runningMax`
 * calls run, users with waiting calls take turns, one call each. Calls of one user start in the order of arrival.
 */
export class FairQueue {
  readonly #options: FairQueueOptions
  readonly #now: () => number
  readonly #users = new Map<UserId, UserCalls>()
  /** Users who wait and have fewer calls running than they may, in the order of their turns. */
  readonly #next = new Set<UserCalls>()
  #running = 0
  #waiting = 0

  constructor(options: FairQueueOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** Runs `call` when it is its turn. Rejects with `rate_limited` or `unavailable` when too many calls wait. */
  async run<T>(userId: UserId, call: () => Promise<T>): Promise<T> {
    const user = this.#users.get(userId) ?? { running: 0, waiting: [] }
    this.#users.set(userId, user)
    try {
      await this.#turnOf(user)
      try {
        return await call()
      } finally {
        this.#end(user)
      }
    } finally {
      if (user.running === 0 && user.waiting.length === 0 && this.#users.get(userId) === user)
        this.#users.delete(userId)
    }
  }

  /** The number of users of whom something runs or waits. */
  get users(): number {
    return this.#users.size
  }

  async #turnOf(user: UserCalls): Promise<void> {
    const { userRunningMax, runningMax } = this.#options
    if (user.running < userRunningMax && this.#running < runningMax) this.#start(user)
    else await this.#wait(user)
  }

  #start(user: UserCalls): void {
    user.running += 1
    this.#running += 1
  }

  #wait(user: UserCalls): Promise<void> {
    const { userWaitingMax, waitingMax, waitMsMax } = this.#options
    if (user.waiting.length >= userWaitingMax)
      throw new AppError('rate_limited', { detail: 'Too many calls of this user at once.' })
    if (this.#waiting >= waitingMax) throw overloaded()
    this.#waiting += 1
    return new Promise((resolve, reject) => {
      const deadline = this.#now() + waitMsMax
      user.waiting.push({ deadline, start: resolve, refuse: () => reject(overloaded()) })
      this.#mayTakeTurn(user)
    })
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
