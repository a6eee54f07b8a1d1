import type { ChatId, UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { time, xid8 } from './columns.ts'

/**
 * One row per chat and transaction that changed it or raised a mark in it, for the inbox and later for outbound jobs.
 * Read by (xid, id) below the snapshot's horizon: then no commit is ever skipped.
 */
export const feed = pgTable(
  'feed',
  {
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
    id: bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    chatId: bigint({ mode: 'number' }).$type<ChatId>().notNull(),
    /** Whose mark rose; null when the chat itself changed. */
    readerId: bigint({ mode: 'number' }).$type<UserId>(),
    createdAt: time().notNull().default(sql`now()`),
  },
  (table) => [primaryKey({ name: 'feed_pkey', columns: [table.xid, table.id] })],
)
