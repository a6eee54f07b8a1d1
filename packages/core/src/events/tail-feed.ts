import { type FeedPosition, type FeedRow, feedPageMax, readFeed } from '@deskbell/db/queries/feed-tail'
import type { Executor } from '@deskbell/db/transaction'

export type FeedConsumer = {
  after: FeedPosition
  /** Gets the rows in order. When it throws, the position stays, and the rows come again with the next look. */
  onRows(rows: FeedRow[]): Promise<void>
}

/**
 * One look at the feed: hands on everything that was committed after a position and can have nothing before it
 * that is still open. Answers the new position.
 */
export async function tailFeed(executor: Executor, { after, onRows }: FeedConsumer): Promise<FeedPosition> {
  let position = after
  for (;;) {
    const rows = await readFeed(executor, position, feedPageMax)
    const last = rows.at(-1)
    if (last === undefined) return position
    await onRows(rows)
    position = { xid: last.xid, id: last.id }
    if (rows.length < feedPageMax) return position
  }
}
