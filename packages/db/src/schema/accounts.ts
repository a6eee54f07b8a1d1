import type { UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'
import { sessions } from './sessions.ts'
import { users } from './users.ts'

/** What an operator may do in secure mode, and how it proves who it is. An operator of open mode has none. */
export const accounts = pgTable(
  'accounts',
  {
    userId: bigint({ mode: 'number' })
      .$type<UserId>()
      .primaryKey()
      .references(() => users.id),
    access: text({ enum: ['admin', 'operator'] }).notNull(),
    /** Argon2id in PHC form. */
    passwordHash: text().notNull(),
    disabledAt: time(),
    createdAt: time().notNull().default(sql`now()`),
  },
  (table) => [check('accounts_access_check', sql`${table.access} in ('admin', 'operator')`)],
)

/** A link that lets somebody in once: to set the server up, to accept an invitation, or to choose a new password. Only the SHA-256 of its token is stored. */
export const links = pgTable(
  'links',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text({ enum: ['setup', 'invitation', 'reset'] }).notNull(),
    tokenHash: text().notNull(),
    /** Of an invitation. */
    email: text(),
    access: text({ enum: ['admin', 'operator'] }),
    /** Of a new password: the operator who forgot the old one. */
    userId: bigint({ mode: 'number' })
      .$type<UserId>()
      .references(() => users.id),
    createdAt: time().notNull(),
    expiresAt: time().notNull(),
  },
  (table) => [
    uniqueIndex('uniq_link_token_hash').on(table.tokenHash),
    index('idx_link_expires_at').on(table.expiresAt),
    check('links_kind_check', sql`${table.kind} in ('setup', 'invitation', 'reset')`),
  ],
)

/** Sign-ins that were tried in the present window, by account and address together, and by address. */
export const signInTries = pgTable(
  'sign_in_tries',
  {
    /** A hash, so that no address is kept. */
    key: text().primaryKey(),
    count: integer().notNull(),
    endsAt: time().notNull(),
  },
  (table) => [index('idx_sign_in_tries_ends_at').on(table.endsAt)],
)

/** What was done with accounts, keys and settings, and by whom. Rows are never changed. Contains no secret and no text of a chat. */
export const audit = pgTable('audit', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: time().notNull(),
  /** Null for who had no account yet. */
  actorId: bigint({ mode: 'number' })
    .$type<UserId>()
    .references(() => users.id),
  /** The name of the procedure. */
  action: text().notNull(),
  /** What it was done to, such as the address of an invitation or the name of an operator. */
  target: text(),
  /** The address of the caller; null for a command on the server itself. */
  address: text(),
})

/** A key of a program. It is a session of an operator of its own, which bears its name. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Without a session the key is void. */
    sessionId: bigint({ mode: 'number' })
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    createdBy: bigint({ mode: 'number' })
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
  },
  (table) => [uniqueIndex('uniq_api_key_session_id').on(table.sessionId)],
)
