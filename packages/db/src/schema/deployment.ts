import { sql } from 'drizzle-orm'
import { check, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

/**
 * One row. `seed` is a part of the epoch and must change when history is rewritten by hand.
 * `usersForm`: the version of the rules by which addresses and names of users are stored; see `normal-users.ts`.
 */
export const deployment = pgTable(
  'deployment',
  {
    id: integer().primaryKey().default(1),
    seed: text().notNull().default(sql`gen_random_uuid()::text`),
    createdAt: time().notNull().default(sql`now()`),
    usersForm: integer().notNull().default(0),
    /** The id of the key that encrypts secrets at rest. A process with another key does not start. */
    secretsKeyId: text(),
  },
  (table) => [check('deployment_one_row_check', sql`${table.id} = 1`)],
)
