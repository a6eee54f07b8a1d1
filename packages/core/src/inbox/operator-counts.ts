import type { Database } from '@deskbell/db/database'
import { type FeedPosition, isFeedCut } from '@deskbell/db/queries/feed-tail'
import { readOpenChatChanges, readOpenChats } from '@deskbell/db/queries/open-chats'
import { inSnapshot } from '@deskbell/db/transaction'
import { CountsTally } from './counts-tally.ts'
import type { OperatorSums } from './inbox-counts.ts'

type Known = { tally: CountsTally; position: FeedPosition }

/**
 * The sums of all operators, exact as of the moment of each reading, and cheap however many chats there are.
 *
 *   first reading   every open chat, once, in one snapshot
 *   later ones      the chats that the feed names since the reading before, in one statement
 *
 * Adding up all open chats each time costs a second of the database with 20,000 of them.
 */
export class OperatorCounts {
  readonly #db: Database
  #known: Known | null = null
  #forgotten = 0
  #running: Promise<unknown> = Promise.resolve()

  constructor(db: Database) {
    this.#db = db
  }

  /** Sees everything that was committed before the call. Readings follow each other. */
  read(): Promise<OperatorSums> {
    const reading = this.#running.then(() => this.#read())
    this.#running = reading.catch(() => undefined)
    return reading
  }

  /** Of another history of the database nothing is known. */
  forget(): void {
    this.#known = null
    this.#forgotten += 1
  }

  async #read(): Promise<OperatorSums> {
    const known = this.#known
    if (known === null || !(await this.#follow(known))) return await this.#load()
    return known.tally.sums()
  }

  /** False when the feed does not reach back far enough, or too much has changed. */
  async #follow(known: Known): Promise<boolean> {
    const { orm } = this.#db
    const { chats, position } = await readOpenChatChanges(orm, known.position)
    // Asked afterwards: what was removed before the reading would be missing in it.
    if (chats === null || (await isFeedCut(orm, known.position))) return false
    for (const [chatId, chat] of chats) known.tally.set(chatId, chat)
    known.position = position
    return true
  }

  async #load(): Promise<OperatorSums> {
    const forgotten = this.#forgotten
    const { chats, position } = await inSnapshot(this.#db, readOpenChats)
    const tally = new CountsTally()
    for (const [chatId, chat] of chats) tally.set(chatId, chat)
    if (this.#forgotten === forgotten) this.#known = { tally, position }
    return tally.sums()
  }
}
