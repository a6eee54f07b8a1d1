import { type FeedPosition, type FeedRow, feedPageMax, readFeed } from '@deskbell/db/queries/log/feed-tail'
import type { Executor } from '@deskbell/db/transaction'

export type FeedConsumer = {
  after: FeedPosition
  /** Receives the rows in order. If it rejects, `tailFeed` does too, and a new call with `after` repeats the rows. */
  onRows(rows: FeedRow[]): Promise<void>
}

/**
 * Reads the feed from a position to its end, and passes on the rows below the oldest open transaction. No later commit
 * can add a row before these. Returns the new position.
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
