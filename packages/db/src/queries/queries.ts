import type { Database } from '../database.ts'
import { prepareChatReads } from './chats.ts'
import { prepareMessageReads } from './messages.ts'
import { prepareSessionReads } from './sessions.ts'
import { prepareUserReads } from './users.ts'

export type Queries = ReturnType<typeof createQueries>

/**
 * The hot reads, each a named statement built once per database.
 * Statements of a transaction are functions that take it; they are named as well.
 */
export function createQueries(orm: Database['orm']) {
  return {
    chats: prepareChatReads(orm),
    messages: prepareMessageReads(orm),
    sessions: prepareSessionReads(orm),
    users: prepareUserReads(orm),
  }
}
