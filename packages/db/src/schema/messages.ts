import type { Attachment } from '@deskbell/contract/attachments'
import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgSequence, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

/** Ids are taken under the lock of the chat and with cache 1, so that id and `seq` rise together in a chat. */
export const messageIdSequence = pgSequence('messages_id_seq', { cache: 1 })

/**
 * The entries of the log that are messages. The others are in `chat_events`, and both share one sequence of `seq`.
 * There are no foreign keys: the writer has locked the chat, so it exists, and checking keys takes more than half of
 * the time of a batch insert.
 */
export const messages = pgTable(
  'messages',
  {
    id: bigint({ mode: 'number' }).$type<MessageId>().primaryKey().default(sql`nextval('messages_id_seq')`),
    chatId: bigint({ mode: 'number' }).$type<ChatId>().notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
    userId: bigint({ mode: 'number' }).$type<UserId>().notNull(),
    text: text().notNull(),
    direction: text({ enum: ['in', 'out'] }).notNull(),
    type: text({ enum: ['text', 'image', 'file'] })
      .notNull()
      .default('text'),
    /** Follows the read mark of the other side with a delay. Calls do not return it; they compute it from the mark. */
    status: text({ enum: ['new', 'read'] })
      .notNull()
      .default('new'),
    clientMsgId: text(),
    /** As answers have them. Null without; `files` has a row for each. */
    attachments: jsonb().$type<Attachment[]>(),
    /** SHA-256 of the text and the uploads that were sent, so that a retry is recognised after an edit or a retraction. */
    bodyHash: text().notNull(),
    /** The number of this message among those of its direction in its chat, from 1. */
    directionNo: integer().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [
    uniqueIndex('uniq_client_msg_user').on(table.clientMsgId, table.userId),
    index('idx_message_chat_id').on(table.chatId, table.id),
    index('idx_message_status').on(table.status),
    index('idx_message_created_at').on(table.createdAt),
    uniqueIndex('uniq_message_chat_seq').on(table.chatId, table.seq),
    check('messages_direction_check', sql`${table.direction} in ('in', 'out')`),
    check('messages_type_check', sql`${table.type} in ('text', 'image', 'file')`),
    check('messages_status_check', sql`${table.status} in ('new', 'read')`),
  ],
)
