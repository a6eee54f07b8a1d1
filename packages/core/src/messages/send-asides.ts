import type { ChatId } from '@deskbell/contract/ids'
import { sendAsideItemsMax, sendTripItemsMax } from '@deskbell/contract/limits'
import { isUnavailable } from '@deskbell/db/database-error'
import type { SendJob } from './send-job.ts'
import { overloaded, SendQueue } from './send-queue.ts'
import { type StoreOptions, storeSends } from './store-sends.ts'

export type SendAsidesOptions = StoreOptions & { now: () => number }

/** So many chats wait for a lock in the database at once; see the connections of `openDatabase`. */
const runningMax = 4

/**
 * Chats whose sends could not go with the others: somebody holds the lock, or something in their trip failed.
 * Each goes alone and waits for its lock, a few at once; what comes for it meanwhile goes behind, so order is kept.
 */
export class SendAsides {
  readonly #options: SendAsidesOptions
  readonly #queues = new Map<ChatId, SendQueue>()
  readonly #ready: ChatId[] = []
  readonly #running = new Set<Promise<void>>()

  constructor(options: SendAsidesOptions) {
    this.#options = options
  }

  /** Takes a send whose chat is aside already; false for any other. */
  follow(job: SendJob): boolean {
    const queue = this.#queues.get(job.chatId)
    if (queue === undefined) return false
    add(queue, job)
    return true
  }

  addAll(jobs: readonly SendJob[]): void {
    for (const job of jobs) add(this.#queues.get(job.chatId) ?? this.#open(job.chatId), job)
    this.#start()
  }

  /** Resolves when no chat is aside any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #open(chatId: ChatId): SendQueue {
    const queue = new SendQueue(this.#options.now)
    this.#queues.set(chatId, queue)
    this.#ready.push(chatId)
    return queue
  }

  #start(): void {
    while (this.#running.size < runningMax) {
      const chatId = this.#ready.shift()
      if (chatId === undefined) return
      const running = this.#run(chatId).finally(() => {
        this.#running.delete(running)
        this.#start()
      })
      this.#running.add(running)
    }
  }

  async #run(chatId: ChatId): Promise<void> {
    const queue = this.#queues.get(chatId)
    let itemsMax = sendTripItemsMax
    while (queue?.isEmpty === false) {
      const jobs = queue.take(itemsMax)
      const error = await this.#failureOf(jobs)
      if (error === null) continue
      if (isUnavailable(error)) rejectAll(jobs, queue, error)
      else if (jobs.length === 1) jobs[0]?.reject(error)
      else {
        // Now one by one, so that the failure is that of whom it belongs to.
        queue.putBack(jobs)
        itemsMax = 1
      }
    }
    this.#queues.delete(chatId)
  }

  async #failureOf(jobs: readonly SendJob[]): Promise<unknown> {
    try {
      await storeSends(this.#options, { take: () => jobs, waits: true })
      return null
    } catch (error) {
      return error
    }
  }
}

function add(queue: SendQueue, job: SendJob): void {
  if (queue.items + job.commands.length > sendAsideItemsMax) job.reject(overloaded())
  else queue.add(job)
}

/** Whoever waits for this chat would wait for the same lock. */
function rejectAll(jobs: readonly SendJob[], queue: SendQueue, error: unknown): void {
  for (const job of jobs) job.reject(error)
  queue.rejectAll(error)
}
