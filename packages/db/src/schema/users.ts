import type { UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

/** Clients and operators: one row per (email, role). */
export const users = pgTable(
  'users',
  {
    id: bigint({ mode: 'number' }).$type<UserId>().primaryKey().generatedAlwaysAsIdentity(),
    /** Null for an anonymous client. */
    email: text(),
    name: text().notNull(),
    role: text({ enum: ['client', 'operator'] }).notNull(),
    /** `sub` of the identity tokens of a client, which never changes. Null for everybody else. */
    subject: text(),
    /** Names the stored picture. Null without one. */
    avatarId: text(),
    createdAt: time().notNull().default(sql`now()`),
  },
  (table) => [
    // Two sign-ins at the same time make one user.
    uniqueIndex('idx_user_email_role').on(table.email, table.role),
    uniqueIndex('uniq_user_subject').on(table.subject).concurrently(),
    check('users_role_check', sql`${table.role} in ('client', 'operator')`),
  ],
)
