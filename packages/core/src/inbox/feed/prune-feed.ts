import { type FeedPosition, feedStart, removeOldFeed } from '@deskbell/db/queries/log/feed-tail'
import type { Executor } from '@deskbell/db/transaction'

/** Each batch is one short transaction, so no other transaction waits long for its locks. */
const batchRows = 5_000

/**
 * Removes all old feed rows but the newest of them, which shows that rows before it are gone. Each run continues where
 * the one before ended, because at the start of the index there may be many entries of removed rows, which no vacuum
 * can take away while another transaction is open.
 */
export class FeedPruner {
  readonly #executor: Executor
  #from: FeedPosition = feedStart

  constructor(executor: Executor) {
    this.#executor = executor
  }

  /** Returns how many rows were removed. Stops early when the signal is aborted. */
  async run(signal?: AbortSignal): Promise<number> {
    let total = 0
    while (signal?.aborted !== true) {
      const from = this.#from
      const { removed, upTo } = await removeOldFeed(this.#executor, { from, limit: batchRows })
      total += removed
      // The statement may have been the first one of a new epoch.
      if (upTo !== null && this.#from === from) this.#from = upTo
      if (removed < batchRows) break
    }
    return total
  }

  /** The next run starts at the first row. Call it when the epoch has changed. */
  startAgain(): void {
    this.#from = feedStart
  }
}
