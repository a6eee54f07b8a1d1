import type { Database } from '@deskbell/db/database'
import { readOpenChatChanges, readOpenChats } from '@deskbell/db/queries/chats/open-chats'
import type { FeedSnapshot } from '@deskbell/db/queries/log/feed-tail'
import { inSnapshot } from '@deskbell/db/transaction'
import { CountsTally } from './counts-tally.ts'
import type { OperatorSums } from './inbox-counts.ts'

type Known = { tally: CountsTally; snapshot: FeedSnapshot }

/**
 * Reads the sums of all operators. They are exact, and the cost does not depend on the number of chats.
 *
 *   first read    every open chat, in one snapshot
 *   later reads   the chats whose changes that snapshot does not include, by the feed
 *
 * So a transaction that stays open anywhere makes no read more expensive. To add up 20,000 open chats each time would
 * cost the database a second.
 */
export class OperatorCounts {
  readonly #db: Database
  #known: Known | null = null
  #forgotten = 0
  #running: Promise<unknown> = Promise.resolve()

  constructor(db: Database) {
    this.#db = db
  }

  /** Includes everything that was committed before the call. Reads run one after the other. */
  read(): Promise<OperatorSums> {
    const reading = this.#running.then(() => this.#read())
    this.#running = reading.catch(() => undefined)
    return reading
  }

  /** Drops the sums, so that the next read loads all open chats. Call it when the epoch has changed. */
  forget(): void {
    this.#known = null
    this.#forgotten += 1
  }

  async #read(): Promise<OperatorSums> {
    const known = this.#known
    if (known === null || !(await this.#follow(known))) return await this.#load()
    return known.tally.sums()
  }

  /** Returns false when the feed does not reach back far enough. */
  async #follow(known: Known): Promise<boolean> {
    const changes = await readOpenChatChanges(this.#db, known.snapshot)
    if (changes === null) return false
    for (const [chatId, chat] of changes.chats) known.tally.set(chatId, chat)
    known.snapshot = changes.snapshot
    return true
  }

  async #load(): Promise<OperatorSums> {
    const forgotten = this.#forgotten
    const { chats, snapshot } = await inSnapshot(this.#db, readOpenChats)
    const tally = new CountsTally()
    for (const [chatId, chat] of chats) tally.set(chatId, chat)
    if (this.#forgotten === forgotten) this.#known = { tally, snapshot }
    return tally.sums()
  }
}
