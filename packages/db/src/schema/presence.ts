import type { UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, index, pgTable, text } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

/**
 * Which users are online, and when each was last. The processes that users are connected to write it, with the clock of
 * the database. There is no foreign key, because a refresh writes thousands of rows and should check nothing. There is
 * no index on the columns that a refresh changes, and the fillfactor (set in the migration) leaves space on the pages,
 * so that refreshes are HOT updates.
 */
export const presence = pgTable(
  'presence',
  {
    userId: bigint({ mode: 'number' }).$type<UserId>().primaryKey(),
    role: text({ enum: ['client', 'operator'] }).notNull(),
    seenAt: time().notNull(),
    /** After this time the user counts as away, also when the process of the connection has died. */
    onlineUntil: time().notNull(),
  },
  (table) => [index('idx_presence_operators').on(table.userId).where(sql`${table.role} = 'operator'`)],
)
