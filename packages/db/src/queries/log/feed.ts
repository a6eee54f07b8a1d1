import type { ChatId } from '@deskbell/contract/ids'
import { type Placeholder, sql, type WithSubquery } from 'drizzle-orm'
import { feed } from '../../schema/feed.ts'
import type { Executor, Tx } from '../../transaction.ts'

/** Builds the insert of a feed row for a changed chat, as a part of a larger statement. */
export function feedRow(tx: Tx, chatId: ChatId) {
  return tx.$with('fed').as(tx.insert(feed).values({ chatId }).returning({ id: feed.id }))
}

/** Builds the insert of a feed row for a read mark, as a part of a larger statement. No row when `onlyIf` is empty. */
export function readerFeedRow(
  executor: Executor,
  row: { chatId: Placeholder; readerId: Placeholder; onlyIf: WithSubquery },
) {
  // Plain SQL, because the builder lists the identity column too, which accepts no value.
  const insert = sql`insert into ${feed} (chat_id, reader_id)
    select ${row.chatId}::bigint, ${row.readerId}::bigint from ${row.onlyIf} returning id`
  return executor.$with('fed', { id: feed.id }).as(insert)
}

export async function insertFeedRow(tx: Tx, chatId: ChatId): Promise<void> {
  await tx.insert(feed).values({ chatId }).prepare('feed_insert').execute()
}
