import { type FeedPosition, feedStart, removeOldFeed } from '@deskbell/db/queries/feed-tail'
import type { Executor } from '@deskbell/db/transaction'

/** Each batch is one short transaction, so no other transaction waits long for its locks. */
const batchRows = 5_000

/**
 * Removes all old feed rows but the newest of them, which shows that rows before it are gone. Returns how many were
 * removed. Stops early when the signal is aborted.
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
