import type { UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

const roleColumn = () => text({ enum: ['client', 'operator'] }).notNull()

/**
 * One row for each process that has connected users, with the clock of the database. The process renews it. If it is
 * not renewed until `expires_at`, the process has died, and its users are away.
 */
export const processLeases = pgTable('process_leases', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  renewedAt: time().notNull(),
  /** `-infinity`: another process removes the rows of this one. Such a lease is never renewed again. */
  expiresAt: time().notNull(),
})

/**
 * Which users are connected to the process of which lease. A row changes only when a user comes or goes. There are no
 * foreign keys, because a process that starts writes thousands of rows and should check nothing.
 */
export const connectedUsers = pgTable(
  'connected_users',
  {
    userId: bigint({ mode: 'number' }).$type<UserId>().notNull(),
    leaseId: bigint({ mode: 'number' }).notNull(),
    role: roleColumn(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.leaseId] }),
    index('idx_connected_operators').on(table.userId).where(sql`${table.role} = 'operator'`),
  ],
)

/**
 * When each user was last online, written when a connection to a process ends. There is no index on the columns that
 * change, and the fillfactor (set in the migration) leaves space on the pages, so that updates are HOT.
 */
export const presence = pgTable(
  'presence',
  {
    userId: bigint({ mode: 'number' }).$type<UserId>().primaryKey(),
    role: roleColumn(),
    seenAt: time().notNull(),
    /** The end of the grace period. Until then the user counts as online without a row in `connected_users`. */
    onlineUntil: time().notNull(),
  },
  (table) => [index('idx_presence_operators').on(table.userId).where(sql`${table.role} = 'operator'`)],
)
