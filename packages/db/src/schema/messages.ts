import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, pgSequence, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

/** Drawn under the chat's lock with cache 1, so that id and `seq` rise together inside a chat. */
export const messageIdSequence = pgSequence('messages_id_seq', { cache: 1 })

/**
 * The part of the log that holds messages; the rest is in `chat_events`, numbered by the same counter.
 * No foreign keys: the chat's lock has proved the chat, and key checks cost more than half of a batch insert.
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
    type: text({ enum: ['text', 'image'] })
      .notNull()
      .default('text'),
    /** Follows the other side's read mark in batches; answers derive it from the mark. */
    status: text({ enum: ['new', 'read'] })
      .notNull()
      .default('new'),
    clientMsgId: text(),
    /** SHA-256 of what was sent: a retry stays a replay after an edit or a retraction. */
    bodyHash: text().notNull(),
    /** The message is the n-th of its direction in its chat. */
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
    check('messages_type_check', sql`${table.type} in ('text', 'image')`),
    check('messages_status_check', sql`${table.status} in ('new', 'read')`),
  ],
)
