import type { UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, pgTable, text } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'
import { users } from './users.ts'

/** Where the own site of a client says that its picture is, so that each URL is fetched once. */
export const avatarSources = pgTable(
  'avatar_sources',
  {
    userId: bigint({ mode: 'number' })
      .$type<UserId>()
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256. The URL itself may contain a secret. */
    urlHash: text().notNull(),
    /** `asked`: it is being fetched, or that has failed for a reason that may pass. */
    state: text({ enum: ['asked', 'stored', 'refused'] }).notNull(),
    askedAt: time().notNull(),
  },
  (table) => [check('avatar_sources_state_check', sql`${table.state} in ('asked', 'stored', 'refused')`)],
)
