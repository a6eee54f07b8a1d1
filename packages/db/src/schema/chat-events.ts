import type { ChatId, UserId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { bigint, check, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

/**
 * The entries of a chat's log that are not messages. An entry for everyone has a `seq`. One for operators only has a
 * `team_seq` instead, so that clients see no gap.
 */
export const chatEvents = pgTable(
  'chat_events',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    chatId: bigint({ mode: 'number' }).$type<ChatId>().notNull(),
    audience: text({ enum: ['all', 'team'] })
      .notNull()
      .default('all'),
    seq: bigint({ mode: 'number' }),
    teamSeq: bigint({ mode: 'number' }),
    kind: text().notNull(),
    /** The user who caused the entry; null for the system. */
    actorId: bigint({ mode: 'number' }).$type<UserId>(),
    data: jsonb().$type<Record<string, unknown>>(),
    createdAt: time().notNull(),
  },
  (table) => [
    uniqueIndex('uniq_chat_event_seq').on(table.chatId, table.seq),
    uniqueIndex('uniq_chat_event_team_seq').on(table.chatId, table.teamSeq),
    check(
      'chat_events_audience_check',
      sql`(${table.audience} = 'all' and ${table.seq} is not null and ${table.teamSeq} is null)
        or (${table.audience} = 'team' and ${table.teamSeq} is not null and ${table.seq} is null)`,
    ),
  ],
)
