import { AppError } from '@deskbell/contract/errors'
import { sendWaitMsMax, unavailableRetrySeconds } from '@deskbell/contract/limits'
import type { SendJob } from './send-job.ts'

/** Calls that wait for a transaction, in the order in which they came. */
export class SendQueue {
  readonly #now: () => number
  #jobs: SendJob[] = []
  #items = 0

  constructor(now: () => number) {
    this.#now = now
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0
  }

  /** Messages that wait. */
  get items(): number {
    return this.#items
  }

  add(job: SendJob): void {
    this.#items += job.commands.length
    this.#jobs.push(job)
  }

  /** Gives back what was taken last, to its place before the others. */
  putBack(jobs: readonly SendJob[]): void {
    for (const job of jobs) this.#items += job.commands.length
    this.#jobs.unshift(...jobs)
  }

  /** The oldest calls, up to so many messages and at least one, without those that have waited for too long: these are answered. */
  take(itemsMax: number): SendJob[] {
    const count = this.#countUpTo(itemsMax)
    const oldest = this.#now() - sendWaitMsMax
    return this.#jobs.splice(0, count).filter((job) => {
      this.#items -= job.commands.length
      const isLate = job.since < oldest
      if (isLate) job.reject(overloaded())
      return !isLate
    })
  }

  /** Answers everybody who waits. */
  rejectAll(error: unknown): void {
    for (const job of this.#jobs) job.reject(error)
    this.#jobs = []
    this.#items = 0
  }

  #countUpTo(itemsMax: number): number {
    let items = 0
    let count = 0
    for (const job of this.#jobs) {
      items += job.commands.length
      if (items > itemsMax && count > 0) break
      count += 1
    }
    return count
  }
}

export function overloaded(): AppError {
  return new AppError('unavailable', { retryAfterMs: unavailableRetrySeconds * 1000 })
}
