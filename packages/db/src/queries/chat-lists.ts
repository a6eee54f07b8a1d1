import type { ChatStatus } from '@deskbell/contract/chats'
import type { UserId } from '@deskbell/contract/ids'
import { chatsLimitMax } from '@deskbell/contract/limits'
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { chats } from '../schema/chats.ts'
import { type ChatRow, selectChatRows } from './chat-rows.ts'

export type ChatsFilter = {
  askerId: UserId
  /** Whose chats: of the asker as client, of the asker as operator, of nobody, or all. */
  scope: 'own' | 'mine' | 'unassigned' | 'all'
  status: ChatStatus | 'all'
  /** At most one more than a page may have. */
  limit: number
  /** The last row of the page before. */
  after?: { lastMessageAt: Date; id: number } | undefined
}

/*
 * A list in two steps within one statement: the page's ids from an index that has them in order, then the rows of these
 * few. PostgreSQL plans a named statement once for all values, and takes a limit that it does not know for a tenth of the
 * table: it would rather read and sort all chats, people and messages. So the greatest limit there is stands in the
 * statement as a constant, and so does the status, without which no partial index fits.
 */

export function prepareChatLists(orm: Database['orm']) {
  const lists = new Map<string, ReturnType<typeof prepareList>>()
  return {
    /** Most recent activity first, then id; one statement per form of the filter, so that each has its own plan. */
    list(filter: ChatsFilter): Promise<ChatRow[]> {
      const name = listName(filter)
      const list = lists.get(name) ?? prepareList(orm, filter)
      lists.set(name, list)
      return list.execute({ ...filter, afterAt: filter.after?.lastMessageAt.toISOString(), afterId: filter.after?.id })
    },
  }
}

function prepareList(orm: Database['orm'], filter: ChatsFilter) {
  return selectChatRows(orm, sql.placeholder('askerId'))
    .where(sql`${chats.id} in (${pageIds(orm, filter)})`)
    .orderBy(...byActivity)
    .prepare(listName(filter))
}

const byActivity = [desc(chats.lastMessageAt), desc(chats.id)]

function pageIds(orm: Database['orm'], filter: ChatsFilter): SQL {
  const capped = orm
    .select({ id: chats.id })
    .from(chats)
    .where(and(whose(filter.scope), hasStatus(filter.status), isAfter(filter)))
    // Equal for all of nobody's, but only this way the planner sees that an index beginning with it has their order.
    .orderBy(...(filter.scope === 'unassigned' ? [desc(chats.operatorId)] : []), ...byActivity)
    .limit(chatsLimitMax + 1)
    .as('capped')
  return orm.select({ id: capped.id }).from(capped).limit(sql.placeholder('limit')).getSQL().inlineParams()
}

function whose(scope: ChatsFilter['scope']): SQL | undefined {
  const asker = sql.placeholder('askerId')
  switch (scope) {
    case 'own':
      return eq(chats.userId, asker)
    case 'mine':
      return eq(chats.operatorId, asker)
    case 'unassigned':
      return isNull(chats.operatorId)
    case 'all':
      return undefined
  }
}

function hasStatus(status: ChatsFilter['status']): SQL | undefined {
  return status === 'all' ? undefined : eq(chats.status, status)
}

function isAfter({ after }: ChatsFilter): SQL | undefined {
  if (after === undefined) return undefined
  const position = sql`(${sql.placeholder('afterAt')}::timestamptz, ${sql.placeholder('afterId')}::bigint)`
  return sql`(${chats.lastMessageAt}, ${chats.id}) < ${position}`
}

function listName({ scope, status, after }: ChatsFilter): string {
  return `chats_${scope}_${status}_${after === undefined ? 'first' : 'after'}`
}
