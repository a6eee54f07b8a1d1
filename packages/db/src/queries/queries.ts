import type { Database } from '../database.ts'
import { prepareChatLists } from './chat-lists.ts'
import { prepareChatReads } from './chats.ts'
import { prepareMessagePages } from './message-pages.ts'
import { prepareSessionReads } from './sessions.ts'
import { prepareUserReads } from './users.ts'

export type Queries = ReturnType<typeof createQueries>

/**
 * The hot reads, each a named statement built once per database.
 * Statements of a transaction are functions that take it; they are named as well.
 */
export function createQueries(orm: Database['orm']) {
  return {
    chats: { ...prepareChatReads(orm), ...prepareChatLists(orm) },
    messages: prepareMessagePages(orm),
    sessions: prepareSessionReads(orm),
    users: prepareUserReads(orm),
  }
}
