import { sendTripItemsMax } from '@deskbell/contract/limits'
import { isUnavailable, sqlState } from '@deskbell/db/database-error'
import type { SendAsides } from './send-asides.ts'
import type { SendJob } from './send-job.ts'
import type { SendQueue } from './send-queue.ts'
import { type StoreOptions, storeSends } from './store-sends.ts'

export type SendLaneOptions = StoreOptions & { queue: SendQueue; asides: SendAsides }

/**
 * Sends of many chats, one transaction after the other: whatever comes while one runs is taken by the next.
 * A lane that is idle starts at once, so a lonely send waits for nobody. Whatever could hold up the others goes aside.
 */
export class SendLane {
  readonly #options: SendLaneOptions
  #running: Promise<void> | undefined

  constructor(options: SendLaneOptions) {
    this.#options = options
  }

  add(job: SendJob): void {
    this.#options.queue.add(job)
    this.#running ??= this.#run()
  }

  /** Resolves when nothing waits or runs any more. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    const { queue } = this.#options
    while (!queue.isEmpty) await this.#runTrip()
    this.#running = undefined
  }

  async #runTrip(): Promise<void> {
    const { asides } = this.#options
    let taken: SendJob[] | undefined
    const take = () => (taken ??= this.#take())
    try {
      asides.addAll(await storeSends(this.#options, { take, waits: false }))
    } catch (error) {
      if (taken === undefined || isAway(error)) this.#rejectAll(taken ?? [], error)
      else asides.addAll(taken)
    }
  }

  /** A chat that is aside keeps its order: what comes for it goes behind. */
  #take(): SendJob[] {
    const { queue, asides } = this.#options
    return queue.take(sendTripItemsMax).filter((job) => !asides.follow(job))
  }

  /** Whoever waits would find the same, only later. */
  #rejectAll(taken: readonly SendJob[], error: unknown): void {
    for (const job of taken) job.reject(error)
    this.#options.queue.rejectAll(error)
  }
}

/** A lock that was not free is no sign of that: lanes are impatient. */
function isAway(error: unknown): boolean {
  return isUnavailable(error) && sqlState(error) !== '55P03'
}
