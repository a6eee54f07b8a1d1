import { type FeedPage, type FeedRow, type FeedSnapshot, readFeedPage } from '@deskbell/db/queries/log/feed-tail'
import type { Executor } from '@deskbell/db/transaction'

export type FeedConsumer = {
  since: FeedSnapshot
  /** Receives the rows page by page. If it rejects, `tailFeed` does too, and a new call with `since` repeats the rows. */
  onRows(rows: FeedRow[]): Promise<void>
}

/**
 * Passes on what was committed since a snapshot, however long other transactions stay open. Returns the snapshot up to
 * which all has been passed on; null when rows may be missing, because they were removed.
 */
export async function tailFeed(executor: Executor, { since, onRows }: FeedConsumer): Promise<FeedSnapshot | null> {
  let page: FeedPage = await readFeedPage(executor, since)
  while (!page.isCut) {
    if (page.rows.length > 0) await onRows(page.rows)
    if (page.next === null) return page.snapshot
    page = await readFeedPage(executor, since, page.next)
  }
  return null
}
