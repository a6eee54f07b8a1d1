import type { ChatStatus } from '@deskbell/contract/chats'
import type { UserId } from '@deskbell/contract/ids'
import { chatsLimitMax } from '@deskbell/contract/limits'
import { and, asc, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import { chats } from '../schema/chats.ts'
import { type ChatRow, selectChatRows } from './chat-rows.ts'

/** The place of a chat in a list: where it waits for an answer by the time since when, else by its last activity. */
export type ListPosition = { by: 'activity' | 'waiting'; at: Date; id: number }

export type ChatsFilter = {
  askerId: UserId
  /** Whose chats: of the asker as client, of the asker as operator, of nobody, or all. */
  scope: 'own' | 'mine' | 'unassigned' | 'all'
  status: ChatStatus | 'all'
  /** `activity`: the most recent first. `waiting`: who has waited longest first, then the others by activity. */
  sort: 'activity' | 'waiting'
  /** At most one more than a page may have. */
  limit: number
  /** The last row of the page before. By `waiting` in a list of that order only. */
  after?: ListPosition | undefined
}

/*
 * A list in two steps within one statement: the page's ids from an index that has them in order, then the rows of these
 * few. PostgreSQL plans a named statement once for all values, and takes a limit that it does not know for a tenth of the
 * table: it would rather read and sort all chats, people and messages. So the greatest limit there is stands in the
 * statement as a constant, and so does the status, without which no partial index fits.
 *
 * A list by waiting is two walks: over the chats that wait, and, if these do not fill the page, over the others.
 */

export function prepareChatLists(orm: Database['orm']) {
  const lists = new Map<string, ReturnType<typeof prepareList>>()
  return {
    /** One statement per form of the filter, so that each has its own plan. */
    list(filter: ChatsFilter): Promise<ChatRow[]> {
      const name = listName(filter)
      const list = lists.get(name) ?? prepareList(orm, filter)
      lists.set(name, list)
      return list.execute({ ...filter, afterAt: filter.after?.at.toISOString(), afterId: filter.after?.id })
    },
  }
}

function prepareList(orm: Database['orm'], filter: ChatsFilter) {
  const ids = filter.sort === 'waiting' ? waitingPageIds(orm, filter) : activityPageIds(orm, filter)
  const order = filter.sort === 'waiting' ? byWaiting : byActivity
  return selectChatRows(orm, sql.placeholder('askerId'))
    .where(sql`${chats.id} in (${ids})`)
    .orderBy(...order)
    .prepare(listName(filter))
}

const byActivity = [desc(chats.lastMessageAt), desc(chats.id)]
/** Nulls stand last in a rising order. Of those who wait the id decides between equal times, rising as the times do. */
const byWaiting = [
  asc(chats.waitingSince),
  sql`case when ${chats.waitingSince} is not null then ${chats.id} end`,
  ...byActivity,
]

type Walk = { filter: ChatsFilter; only?: SQL | undefined; order: SQL[]; after?: SQL | undefined }

/** The ids of a page, as one index has them: at most as many as may be asked for. */
function walk(orm: Database['orm'], { filter, only, order, after }: Walk): SQL {
  return (
    orm
      .select({ id: chats.id })
      .from(chats)
      .where(and(whose(filter.scope), hasStatus(filter.status), only, after))
      // Equal for all of nobody's, but only this way the planner sees that an index beginning with it has their order.
      .orderBy(
        ...(filter.scope !== 'unassigned'
          ? []
          : [order === byActivity ? desc(chats.operatorId) : asc(chats.operatorId)]),
        ...order,
      )
      .limit(chatsLimitMax + 1)
      .getSQL()
  )
}

function activityPageIds(orm: Database['orm'], filter: ChatsFilter): SQL {
  const page = walk(orm, { filter, order: byActivity, after: isAfter(filter) })
  return limited(page, sql`${sql.placeholder('limit')}`)
}

/** A partial index is found only by its whole condition. */
const isWaiting = sql`${chats.status} = 'open' and ${chats.waitingSince} is not null`

function waitingPageIds(orm: Database['orm'], filter: ChatsFilter): SQL {
  const isPastWaiting = filter.after?.by === 'activity'
  const others = walk(orm, {
    filter,
    only: isNull(chats.waitingSince),
    order: byActivity,
    after: isPastWaiting ? isAfter(filter) : undefined,
  })
  const limit = sql`${sql.placeholder('limit')}`
  if (isPastWaiting || filter.status === 'closed') return limited(others, limit)
  const waiting = walk(orm, {
    filter: { ...filter, status: 'all' },
    only: isWaiting,
    order: [asc(chats.waitingSince), asc(chats.id)],
    after: isAfter(filter),
  })
  // Materialized, so that the first walk runs once. With a limit of 0 the second one does not begin.
  return sql`with waiting as materialized (${limited(waiting, limit)})
    select id from waiting union all (${limited(others, sql`${limit}::bigint - (select count(*) from waiting)`)})`.inlineParams()
}

function limited(ids: SQL, limit: SQL): SQL {
  return sql`select id from (${ids}) as capped limit ${limit}`.inlineParams()
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
  return after.by === 'waiting'
    ? sql`(${chats.waitingSince}, ${chats.id}) > ${position}`
    : sql`(${chats.lastMessageAt}, ${chats.id}) < ${position}`
}

/** A list by activity has the plain name. */
function listName({ scope, status, sort, after }: ChatsFilter): string {
  const order = sort === 'waiting' ? '_waiting' : ''
  const place = after === undefined ? 'first' : sort === 'waiting' ? `after_${after.by}` : 'after'
  return `chats_${scope}_${status}${order}_${place}`
}
