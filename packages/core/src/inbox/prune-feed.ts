import { removeOldFeed } from '@deskbell/db/queries/feed-tail'
import type { Executor } from '@deskbell/db/transaction'

const batchRows = 1_000
/** A look removes this many at most; the rest waits for the next one. */
const batchesMax = 100

/** Removes feed rows that nobody can come back for, in small batches so that nothing else waits. */
export async function pruneFeed(executor: Executor): Promise<number> {
  let total = 0
  for (let batch = 0; batch < batchesMax; batch += 1) {
    const removed = await removeOldFeed(executor, batchRows)
    total += removed
    if (removed < batchRows) break
  }
  return total
}
