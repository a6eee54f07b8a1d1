import type { ChatId, UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

/**
 * Uploads, and the files that they become. The bytes are in the store of files, under the id.
 *
 * `receiving` → `ready` or `refused`; a message that takes a ready file sets `messageSeq`. A file whose message is
 * retracted has no row any more.
 */
export const files = pgTable(
  'files',
  {
    /** 128 random bits in hexadecimal. */
    id: text().primaryKey(),
    chatId: bigint({ mode: 'number' }).$type<ChatId>().notNull(),
    /** Who uploads it. */
    userId: bigint({ mode: 'number' }).$type<UserId>().notNull(),
    name: text().notNull(),
    /** The media type that the sender names; empty where none. */
    claimedType: text().notNull(),
    /** What the sender says of an image; empty where nothing. */
    alt: text().notNull().default(''),
    state: text({ enum: ['receiving', 'ready', 'refused'] }).notNull(),
    /** As announced, in bytes. It counts for the quotas, also when the stored file is smaller. */
    length: bigint({ mode: 'number' }).notNull(),
    /** How many bytes have been stored so far. */
    received: bigint({ mode: 'number' }).notNull().default(0),
    /** The names of its stored parts, in order. */
    parts: text().array().notNull().default(sql`'{}'::text[]`),
    /** These are null until the file is ready. */
    mediaType: text(),
    bytes: bigint({ mode: 'number' }),
    sha256: text(),
    /** These are null for everything but an image. */
    width: integer(),
    height: integer(),
    thumbHash: text(),
    thumbnailType: text(),
    thumbnailBytes: integer(),
    /** The message that has it, as its place in the chat's log. */
    messageSeq: bigint({ mode: 'number' }),
    createdAt: time().notNull(),
    /** A file that no message has by then is removed. */
    expiresAt: time().notNull(),
  },
  (table) => [
    index('idx_files_message').on(table.chatId, table.messageSeq).where(sql`${table.messageSeq} is not null`),
    index('idx_files_unused').on(table.expiresAt).where(sql`${table.messageSeq} is null`),
    index('idx_files_user').on(table.userId, table.createdAt),
    check('files_state_check', sql`${table.state} in ('receiving', 'ready', 'refused')`),
    check('files_received_check', sql`${table.received} between 0 and ${table.length}`),
  ],
)
