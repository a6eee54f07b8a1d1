import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { time } from './columns.ts'
import { users } from './users.ts'

const isOpen = (table: { status: AnyPgColumn }) => sql`${table.status} = 'open'`
const isWaiting = (table: { status: AnyPgColumn; waitingSince: AnyPgColumn }) =>
  sql`${table.status} = 'open' and ${table.waitingSince} is not null`

/** A chat, with the newest values of its log. Every change is made under the lock of its row. */
export const chats = pgTable(
  'chats',
  {
    id: bigint({ mode: 'number' }).$type<ChatId>().primaryKey().generatedAlwaysAsIdentity(),
    /** The client. */
    userId: bigint({ mode: 'number' })
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    operatorId: bigint({ mode: 'number' })
      .$type<UserId>()
      .references(() => users.id),
    status: text({ enum: ['open', 'closed'] })
      .notNull()
      .default('open'),
    /** The creation time until there is a message, so that lists can be ordered by this column alone. */
    lastMessageAt: time().notNull(),
    createdAt: time().notNull(),
    closedAt: time(),
    /** The newest seq of the log that clients and operators share. */
    lastSeq: bigint({ mode: 'number' }).notNull().default(0),
    /** The newest seq of the log for operators only. */
    teamSeq: bigint({ mode: 'number' }).notNull().default(0),
    rev: bigint({ mode: 'number' }).notNull().default(0),
    /** The time of the newest log entry. The time of the next one is not earlier. */
    lastEntryAt: time().notNull(),
    lastMessageId: bigint({ mode: 'number' }).$type<MessageId>(),
    /** The number of messages in each direction, for unread counts. */
    inCount: integer().notNull().default(0),
    outCount: integer().notNull().default(0),
    /**
     * The time of the client's first message after both `wavedOffSeq` and the last message of an operator; retracted
     * messages do not count. Null when there is none, and in a closed chat.
     */
    waitingSince: time(),
    /** An operator has said that the messages up to this seq need no answer. */
    wavedOffSeq: bigint({ mode: 'number' }).notNull().default(0),
    createdBy: bigint({ mode: 'number' })
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    clientChatId: text(),
  },
  (table) => [
    index('idx_chat_user_last_msg').on(table.userId, table.lastMessageAt),
    index('idx_chat_operator_last_msg').on(table.operatorId, table.lastMessageAt),
    index('idx_chat_status').on(table.status),
    index('idx_chat_last_message_at').on(table.lastMessageAt),
    // Few chats are open, and their lists are read most. These partial indexes are small and in the order of the lists.
    index('idx_chat_open_last_msg').on(table.lastMessageAt, table.id).where(isOpen(table)),
    index('idx_chat_open_operator').on(table.operatorId, table.lastMessageAt, table.id).where(isOpen(table)),
    index('idx_chat_waiting').on(table.waitingSince, table.id).where(isWaiting(table)),
    index('idx_chat_waiting_operator').on(table.operatorId, table.waitingSince, table.id).where(isWaiting(table)),
    uniqueIndex('uniq_chat_client_chat_id').on(table.clientChatId, table.createdBy),
    check('chats_status_check', sql`${table.status} in ('open', 'closed')`),
  ],
)

/**
 * How far a user has received and read a chat. Marks never go back.
 * They are written without the lock of the chat. A foreign key to `chats` would wait for that lock, so there is none.
 */
export const chatMarks = pgTable(
  'chat_marks',
  {
    chatId: bigint({ mode: 'number' }).$type<ChatId>().notNull(),
    userId: bigint({ mode: 'number' }).$type<UserId>().notNull(),
    role: text({ enum: ['client', 'operator'] }).notNull(),
    deliveredSeq: bigint({ mode: 'number' }).notNull().default(0),
    readSeq: bigint({ mode: 'number' }).notNull().default(0),
    /** The number of messages of the other direction up to `readSeq`. */
    readCount: integer().notNull().default(0),
    updatedAt: time().notNull(),
  },
  (table) => [
    primaryKey({ name: 'chat_marks_pkey', columns: [table.chatId, table.userId] }),
    check('chat_marks_order_check', sql`${table.readSeq} <= ${table.deliveredSeq}`),
  ],
)
