import type { MessageId } from '@deskbell/contract/ids'
import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/**
 * The texts of messages before they were edited or retracted. No call and no stream returns them.
 * Written under the lock of the chat, in the transaction that replaces the text.
 */
export const messageRevisions = pgTable(
  'message_revisions',
  {
    messageId: bigint({ mode: 'number' }).$type<MessageId>().notNull(),
    /** The seq of the log entry that replaced this text. */
    seq: bigint({ mode: 'number' }).notNull(),
    text: text().notNull(),
  },
  (table) => [primaryKey({ name: 'message_revisions_pkey', columns: [table.messageId, table.seq] })],
)
