import type { ChatId, UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { time, xid8 } from './columns.ts'

/**
 * One row for each transaction and chat in which it changed the chat or raised a read mark. Readers find the changes
 * whose hints were lost. `queries/log/feed-tail.ts` describes how they read the feed without skipping a commit.
 */
export const feed = pgTable(
  'feed',
  {
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
    id: bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    chatId: bigint({ mode: 'number' }).$type<ChatId>().notNull(),
    /** The user whose read mark rose; null when the chat itself changed. */
    readerId: bigint({ mode: 'number' }).$type<UserId>(),
    createdAt: time().notNull().default(sql`now()`),
  },
  (table) => [primaryKey({ name: 'feed_pkey', columns: [table.xid, table.id] })],
)
