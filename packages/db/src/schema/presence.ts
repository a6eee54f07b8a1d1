import type { UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, index, pgTable, text } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

/**
 * Who is here, and when somebody was last. Told by the processes that people are connected to, with the database's
 * clock. No foreign key: a refresh of thousands of rows must check nothing. No index on what a refresh changes,
 * and room on the pages (set in the migration), so that a refreshed row stays beside its old version.
 */
export const presence = pgTable(
  'presence',
  {
    userId: bigint({ mode: 'number' }).$type<UserId>().primaryKey(),
    role: text({ enum: ['client', 'operator'] }).notNull(),
    seenAt: time().notNull(),
    /** After this the user counts as away, whoever forgot to say so. */
    onlineUntil: time().notNull(),
  },
  (table) => [index('idx_presence_operators').on(table.userId).where(sql`${table.role} = 'operator'`)],
)
