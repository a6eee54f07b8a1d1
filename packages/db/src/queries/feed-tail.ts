import type { ChatId, UserId } from '@deskbell/contract/ids'
import { catchUpChangesMax } from '@deskbell/contract/limits'
import type { Role } from '@deskbell/contract/users'
import { and, asc, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { preparedOnce } from '../prepared.ts'
import { chats } from '../schema/chats.ts'
import { feed } from '../schema/feed.ts'
import type { Executor } from '../transaction.ts'

/** A place in the feed: everything at or below it has been seen. */
export type FeedPosition = { xid: string; id: number }

/** `reader`: whose mark rose; null when the chat itself changed. */
export type FeedRow = FeedPosition & { chatId: ChatId; rev: number; reader: { userId: UserId; role: Role } | null }

/** After the `xid` and `id` that are given with each run. */
export const isAfterGiven: SQL = sql`(${feed.xid}, ${feed.id}) > (${sql.placeholder('xid')}::xid8, ${sql.placeholder('id')}::bigint)`

/** What one reading of the feed gives at most. */
export const feedPageMax = 500

/**
 * The rows after a position, in order, with each chat's newest `rev`; at most `feedPageMax`. Only rows below the oldest
 * open transaction are given: a commit that comes later can only stand above them, so none is ever skipped.
 */
export async function readFeed(executor: Executor, after: FeedPosition, limit: number): Promise<FeedRow[]> {
  const rows = await feedRows(executor).execute({ ...after, limit })
  return rows.map(({ readerId, clientId, ...row }) => ({
    ...row,
    reader: readerId && { userId: readerId, role: readerId === clientId ? 'client' : 'operator' },
  }))
}

const feedRows = preparedOnce((executor) => {
  const fields = {
    xid: feed.xid,
    id: feed.id,
    chatId: feed.chatId,
    rev: chats.rev,
    readerId: feed.readerId,
    clientId: chats.userId,
  }
  // With a constant for the limit the plan begins at the position and stops soon, whatever the size of the tables.
  const page = executor
    .select(fields)
    .from(feed)
    .innerJoin(chats, eq(chats.id, feed.chatId))
    .where(and(isAfterGiven, sql`${feed.xid} < pg_snapshot_xmin(pg_current_snapshot())`))
    .orderBy(asc(feed.xid), asc(feed.id))
    .limit(feedPageMax)
  const capped = executor.$with('capped', fields).as(page.getSQL().inlineParams())
  return executor
    .with(capped)
    .select({
      xid: sql<string>`${capped.xid}::text`,
      id: capped.id,
      chatId: capped.chatId,
      rev: capped.rev,
      readerId: capped.readerId,
      clientId: capped.clientId,
    })
    .from(capped)
    .orderBy(asc(capped.xid), asc(capped.id))
    .limit(sql.placeholder('limit'))
    .prepare('feed_after')
})

/** The place from which `readFeed` gives everything that is not yet visible now. */
export async function readFeedHorizon(executor: Executor): Promise<FeedPosition> {
  const [row] = await feedHorizon(executor).execute()
  return { xid: row?.xid ?? '0', id: 0 }
}

const feedHorizon = preparedOnce((executor) =>
  executor
    .select({ xid: sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text` })
    .from(sql`(values (1)) as one`)
    .prepare('feed_horizon'),
)

export type ChangedChats = { after: FeedPosition; clientId: UserId | null; limit: number }

/**
 * The chats that changed after a position, or were read on the asker's side, once each; of one client, or of all.
 * Rows above the horizon are given too, because whoever asks is told of the same chat again at worst.
 */
export async function readChangedChats(
  executor: Executor,
  { after, clientId, limit }: ChangedChats,
): Promise<ChatId[]> {
  const statement = clientId === null ? changedForOperators(executor) : changedForClient(executor)
  const rows = await statement.execute({ ...after, clientId, limit })
  return rows.map((row) => row.chatId)
}

const changedForOperators = preparedOnce((executor) => {
  const { recent, chat } = selectRecent(executor)
  return executor
    .with(recent)
    .selectDistinct({ chatId: recent.chatId })
    .from(recent)
    .innerJoinLateral(chat, sql`true`)
    .where(sql`${recent.readerId} is distinct from ${chat.userId}`)
    .limit(sql.placeholder('limit'))
    .prepare('feed_changed_operators')
})

const changedForClient = preparedOnce((executor) => {
  const { recent, chat } = selectRecent(executor)
  const clientId = sql.placeholder('clientId')
  return executor
    .with(recent)
    .selectDistinct({ chatId: recent.chatId })
    .from(recent)
    .innerJoinLateral(chat, sql`true`)
    .where(and(eq(chat.userId, clientId), or(isNull(recent.readerId), eq(recent.readerId, clientId))))
    .limit(sql.placeholder('limit'))
    .prepare('feed_changed_client')
})

/**
 * The feed after a position, and the chat of each row. Both limits are for the planner: the first, which whoever has asked
 * `isFeedLonger` never meets, lets it begin at the position, and the second keeps a chat a look-up by id.
 */
function selectRecent(executor: Executor) {
  const fields = { chatId: feed.chatId, readerId: feed.readerId }
  const rows = executor
    .select(fields)
    .from(feed)
    .where(isAfterGiven)
    .orderBy(asc(feed.xid), asc(feed.id))
    .limit(2 * catchUpChangesMax)
  const recent = executor.$with('recent', fields).as(rows.getSQL().inlineParams())
  const chat = executor
    .select({ userId: chats.userId })
    .from(chats)
    .where(eq(chats.id, recent.chatId))
    .limit(1)
    .as('chat')
  return { recent, chat }
}

/** True when more than so many rows stand after a position; reads no more than that, from the primary key alone. */
export async function isFeedLonger(executor: Executor, after: FeedPosition, rowsMax: number): Promise<boolean> {
  const beyond = await feedBeyond(executor).execute({ ...after, rowsMax })
  return beyond.length > 0
}

const feedBeyond = preparedOnce((executor) =>
  executor
    .select({ id: feed.id })
    .from(feed)
    .where(isAfterGiven)
    .orderBy(asc(feed.xid), asc(feed.id))
    .offset(sql.placeholder('rowsMax'))
    .limit(1)
    .prepare('feed_beyond'),
)

/** How long rows are kept. */
const keptHours = 24
const isOld: SQL = sql`${feed.createdAt} < now() - make_interval(hours => ${sql.raw(String(keptHours))})`

/**
 * True when rows after this position may have been removed. Removing leaves the newest old row behind as a
 * witness, so a position at or above the oldest row, or a feed that holds young rows only, has lost nothing.
 */
export async function isFeedCut(executor: Executor, after: FeedPosition): Promise<boolean> {
  const [oldest] = await feedOldest(executor).execute(after)
  return oldest?.isOld === true && oldest.isAbove
}

const feedOldest = preparedOnce((executor) =>
  executor
    .select({ isOld: sql<boolean>`${isOld}`, isAbove: sql<boolean>`${isAfterGiven}` })
    .from(feed)
    .orderBy(asc(feed.xid), asc(feed.id))
    .limit(1)
    .prepare('feed_oldest'),
)

/** Removes old rows, some at a time, all but the newest of them. Answers how many. */
export async function removeOldFeed(executor: Executor, limit: number): Promise<number> {
  const removed = await executor.execute(sql`
    delete from ${feed} where ${feed.id} in (
      select old.id from ${feed} as old
      where old.created_at < now() - make_interval(hours => ${keptHours})
        and (old.xid, old.id) < (
          select witness.xid, witness.id from ${feed} as witness
          where witness.created_at < now() - make_interval(hours => ${keptHours})
          order by witness.xid desc, witness.id desc limit 1)
      order by old.xid, old.id limit ${limit})`)
  return removed.rowCount ?? 0
}
