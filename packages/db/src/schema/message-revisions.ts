import type { MessageId } from '@deskbell/contract/ids'
import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/**
 * What messages said before they were edited or retracted. No answer and no stream reads it.
 * Written under the chat's lock, in the transaction that replaces the text.
 */
export const messageRevisions = pgTable(
  'message_revisions',
  {
    messageId: bigint({ mode: 'number' }).$type<MessageId>().notNull(),
    /** The place in the log of the change that took this text away. */
    seq: bigint({ mode: 'number' }).notNull(),
    text: text().notNull(),
  },
  (table) => [primaryKey({ name: 'message_revisions_pkey', columns: [table.messageId, table.seq] })],
)
