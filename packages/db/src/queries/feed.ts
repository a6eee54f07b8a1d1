import type { ChatId } from '@deskbell/contract/ids'
import { feed } from '../schema/feed.ts'
import type { Tx } from '../transaction.ts'

/** The one feed row of a chat and transaction, as a part of a larger statement. */
export function feedRow(tx: Tx, chatId: ChatId) {
  return tx.$with('fed').as(tx.insert(feed).values({ chatId }).returning({ id: feed.id }))
}

export async function insertFeedRow(tx: Tx, chatId: ChatId): Promise<void> {
  await tx.insert(feed).values({ chatId }).prepare('feed_insert').execute()
}
