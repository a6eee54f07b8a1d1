import type { UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'
import { users } from './users.ts'

/** A signed-in browser or program. Only the SHA-256 of its token is stored. */
export const sessions = pgTable(
  'sessions',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    userId: bigint({ mode: 'number' })
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    tokenHash: text().notNull(),
    /** A session that was made in open mode is not valid in secure mode. */
    authMode: text({ enum: ['open', 'secure'] }).notNull(),
    createdAt: time().notNull().default(sql`now()`),
    expiresAt: time().notNull(),
    /** What a key of a program may do, each more than the one before. Null: a person, who may do what its role may. */
    scopes: text({ enum: ['read', 'send', 'manage'] }).array(),
    /** When the user last proved who it is in this session, as dangerous acts ask for. Null: not since this column exists. */
    provedAt: time(),
    /** Noted at most once an hour. Null: not used since this column exists, or since the sign-in. */
    usedAt: time(),
  },
  (table) => [
    uniqueIndex('uniq_session_token_hash').on(table.tokenHash),
    index('idx_session_user_id').on(table.userId),
    index('idx_session_expires_at').on(table.expiresAt),
    check('sessions_auth_mode_check', sql`${table.authMode} in ('open', 'secure')`),
  ],
)
