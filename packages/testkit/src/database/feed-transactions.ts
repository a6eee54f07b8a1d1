import type { ChatId } from '@deskbell/contract/ids'
import type { Database } from '@deskbell/db/database'

/** The number of transactions that changed the chats. The feed has one row per chat and transaction. */
export async function feedTransactions(db: Database, chatIds: readonly ChatId[]): Promise<number> {
  const { rows } = await db.pool.query('select count(distinct xid)::int as count from feed where chat_id = any($1)', [
    chatIds,
  ])
  return rows[0].count
}
