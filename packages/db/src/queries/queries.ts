import type { Database } from '../database.ts'
import { prepareChatLists } from './chats/chat-lists.ts'
import { prepareChatReads } from './chats/chats.ts'
import { prepareMessagePages } from './messages/message-pages.ts'
import { prepareSessionReads } from './users/sessions.ts'
import { prepareUserReads } from './users/users.ts'

export type Queries = ReturnType<typeof createQueries>

/**
 * Builds the reads that run most often, once per pool, as named statements.
 * Statements that run in a transaction are functions that take it. They are named statements too.
 */
export function createQueries(orm: Database['orm']) {
  return {
    chats: { ...prepareChatReads(orm), ...prepareChatLists(orm) },
    messages: prepareMessagePages(orm),
    sessions: prepareSessionReads(orm),
    users: prepareUserReads(orm),
  }
}
