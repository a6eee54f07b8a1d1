import type { ChatStatus } from '@deskbell/contract/chats'
import type { UserId } from '@deskbell/contract/ids'
import { chatsLimitMax } from '@deskbell/contract/limits'
import { and, asc, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { chats } from '../../schema/chats.ts'
import { type ChatRow, selectChatRows } from './chat-rows.ts'

/**
 * The position of a chat in a list. `at` is its `waitingSince`, or for `by: 'activity'` the time of its last activity.
 */
export type ListPosition = { by: 'activity' | 'waiting'; at: Date; id: number }

export type ChatsFilter = {
  askerId: UserId
  /** `own`: of the caller as client. `mine`: assigned to the caller. `unassigned`: without an operator. */
  scope: 'own' | 'mine' | 'unassigned' | 'all'
  status: ChatStatus | 'all'
  /** `activity`: the most recent first. `waiting`: the longest waiting first, then the others by activity. */
  sort: 'activity' | 'waiting'
  /** At most `chatsLimitMax + 1`. */
  limit: number
  /** The position of the last row of the previous page. `by: 'waiting'` is possible only with `sort: 'waiting'`. */
  after?: ListPosition | undefined
}

/*
 * A statement reads a page in two steps: first the ids of the page from an index that is in the order of the list, then
 * the rows of these few chats. A generic plan serves all values, and for an unknown limit the planner assumes a tenth
 * of the table. It would then read and sort all chats, users and messages. So the statement contains the greatest
 * possible limit as a constant. The status is a constant too, because the planner uses a partial index only if it can
 * prove the condition of that index.
 *
 * A list by waiting scans two indexes: that of the waiting chats, and, if these do not fill the page, that of the
 * others.
 */

export function prepareChatLists(orm: Database['orm']) {
  const lists = new Map<string, ReturnType<typeof prepareList>>()
  return {
    /** Each combination of scope, status, sort and kind of position has a statement, and so a plan of its own. */
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
/** In ascending order nulls are last. Waiting chats with equal times are ordered by ascending id. */
const byWaiting = [
  asc(chats.waitingSince),
  sql`case when ${chats.waitingSince} is not null then ${chats.id} end`,
  ...byActivity,
]

type ListScan = { filter: ChatsFilter; only?: SQL | undefined; order: SQL[]; after?: SQL | undefined }

/** Selects the ids of a page in the order of an index, at most `chatsLimitMax + 1`. */
function scan(orm: Database['orm'], { filter, only, order, after }: ListScan): SQL {
  return (
    orm
      .select({ id: chats.id })
      .from(chats)
      .where(and(whose(filter.scope), hasStatus(filter.status), only, after))
      // It is null for all unassigned chats, but without it the planner does not see that an index which begins with
      // the operator is in the order of the list.
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
  const page = scan(orm, { filter, order: byActivity, after: isAfter(filter) })
  return limited(page, sql`${sql.placeholder('limit')}`)
}

/** The whole condition of the partial indexes. With a part of it the planner would not use them. */
const isWaiting = sql`${chats.status} = 'open' and ${chats.waitingSince} is not null`

function waitingPageIds(orm: Database['orm'], filter: ChatsFilter): SQL {
  const isPastWaiting = filter.after?.by === 'activity'
  const others = scan(orm, {
    filter,
    only: isNull(chats.waitingSince),
    order: byActivity,
    after: isPastWaiting ? isAfter(filter) : undefined,
  })
  const limit = sql`${sql.placeholder('limit')}`
  if (isPastWaiting || filter.status === 'closed') return limited(others, limit)
  const waiting = scan(orm, {
    filter: { ...filter, status: 'all' },
    only: isWaiting,
    order: [asc(chats.waitingSince), asc(chats.id)],
    after: isAfter(filter),
  })
  // Materialized, so that the first scan runs once. With a limit of 0 the second scan does not start.
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

/** Returns the name of the prepared statement for this form of the filter. */
function listName({ scope, status, sort, after }: ChatsFilter): string {
  const order = sort === 'waiting' ? '_waiting' : ''
  const place = after === undefined ? 'first' : sort === 'waiting' ? `after_${after.by}` : 'after'
  return `chats_${scope}_${status}${order}_${place}`
}
