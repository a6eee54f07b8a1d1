import type { UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'
import { users } from './users.ts'

/** A key with which the own site signs who its clients are. */
export const identityKeys = pgTable(
  'identity_keys',
  {
    kid: text().primaryKey(),
    alg: text({ enum: ['HS256', 'ES256'] }).notNull(),
    /** Of HS256, encrypted with the key of `SECRETS_KEY_FILE`. */
    secret: text(),
    /** Of ES256: a JWK. */
    publicKey: jsonb().$type<Record<string, string>>(),
    createdBy: bigint({ mode: 'number' })
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    createdAt: time().notNull(),
  },
  (table) => [
    check('identity_keys_alg_check', sql`${table.alg} in ('HS256', 'ES256')`),
    check('identity_keys_form_check', sql`(${table.alg} = 'HS256') = (${table.secret} is not null)`),
  ],
)
