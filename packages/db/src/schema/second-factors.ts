import type { UserId } from '@deskbell/contract/ids'
import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'
import { users } from './users.ts'

const userId = () =>
  bigint({ mode: 'number' })
    .$type<UserId>()
    .notNull()
    .references(() => users.id)

/** A passkey of an operator (WebAuthn): proves who it is without a password, or after it. */
export const passkeys = pgTable(
  'passkeys',
  {
    /** The id of the credential, base64url. */
    id: text().primaryKey(),
    userId: userId(),
    /** The public key in COSE form, base64url. */
    publicKey: text().notNull(),
    /** Of the authenticator. It must rise where the authenticator counts at all. */
    counter: bigint({ mode: 'number' }).notNull(),
    /** How the browser reaches the authenticator, as it said. */
    transports: text().array().notNull(),
    name: text().notNull(),
    createdAt: time().notNull(),
    usedAt: time(),
  },
  (table) => [index('idx_passkey_user_id').on(table.userId)],
)

/** The secret of an operator's app for one-time codes (RFC 6238). */
export const totpSecrets = pgTable('totp_secrets', {
  userId: userId().primaryKey(),
  /** Encrypted with the key of `SECRETS_KEY_FILE`. */
  secret: text().notNull(),
  /** Null until the first right code: then it does not count yet. */
  confirmedAt: time(),
  /** The time step of the newest code that was used, so that no code works twice. */
  lastStep: bigint({ mode: 'number' }).notNull().default(0),
})

/** Codes for an operator who has lost the other factors. Each works once. */
export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    userId: userId(),
    /** SHA-256 of the code, which is random. */
    codeHash: text().notNull(),
  },
  (table) => [primaryKey({ name: 'recovery_codes_pkey', columns: [table.userId, table.codeHash] })],
)

/** A proof that somebody has begun: a sign-in that waits for its second factor, or a ceremony of WebAuthn. */
export const challenges = pgTable(
  'challenges',
  {
    /** SHA-256 of the token that the caller has. */
    tokenHash: text().primaryKey(),
    kind: text().notNull(),
    /** Null where nobody has said yet who signs in. */
    userId: bigint({ mode: 'number' })
      .$type<UserId>()
      .references(() => users.id),
    /** What the answer is compared with. */
    data: jsonb(),
    tries: integer().notNull().default(0),
    expiresAt: time().notNull(),
  },
  (table) => [index('idx_challenge_expires_at').on(table.expiresAt)],
)

/** An operator's account at an identity provider (OpenID Connect). */
export const oidcAccounts = pgTable(
  'oidc_accounts',
  {
    issuer: text().notNull(),
    subject: text().notNull(),
    userId: userId(),
    createdAt: time().notNull(),
  },
  (table) => [
    primaryKey({ name: 'oidc_accounts_pkey', columns: [table.issuer, table.subject] }),
    index('idx_oidc_account_user_id').on(table.userId),
  ],
)
