import { type FeedPosition, feedStart, removeOldFeed } from '@deskbell/db/queries/feed-tail'
import type { Executor } from '@deskbell/db/transaction'

/** A batch is one short transaction, so nobody waits long for its locks. */
const batchRows = 5_000

/**
 * Removes feed rows that no subscriber can come back for, until none is left: faster than any feed grows.
 * Returns how many. It stops early once the signal is aborted.
 */
export async function pruneFeed(executor: Executor, signal?: AbortSignal): Promise<number> {
  let total = 0
  let from: FeedPosition = feedStart
  while (signal?.aborted !== true) {
    const { removed, upTo } = await removeOldFeed(executor, { from, limit: batchRows })
    total += removed
    if (upTo === null || removed < batchRows) break
    from = upTo
  }
  return total
}
