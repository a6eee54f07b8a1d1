import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, asc, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { chats } from '../schema/chats.ts'
import { feed } from '../schema/feed.ts'
import type { Executor } from '../transaction.ts'

/** A place in the feed: everything at or below it has been seen. */
export type FeedPosition = { xid: string; id: number }

/** `reader`: whose mark rose; null when the chat itself changed. */
export type FeedRow = FeedPosition & { chatId: ChatId; rev: number; reader: { userId: UserId; role: Role } | null }

/**
 * The rows after a position, in order, with each chat's newest `rev`. Only rows below the oldest open
 * transaction are given: a commit that comes later can only stand above them, so none is ever skipped.
 */
export async function readFeed(executor: Executor, after: FeedPosition, limit: number): Promise<FeedRow[]> {
  const rows = await executor
    .select({
      xid: sql<string>`${feed.xid}::text`,
      id: feed.id,
      chatId: feed.chatId,
      rev: chats.rev,
      readerId: feed.readerId,
      clientId: chats.userId,
    })
    .from(feed)
    .innerJoin(chats, eq(chats.id, feed.chatId))
    .where(and(isAfter(after), sql`${feed.xid} < pg_snapshot_xmin(pg_current_snapshot())`))
    .orderBy(asc(feed.xid), asc(feed.id))
    .limit(limit)
  return rows.map(({ readerId, clientId, ...row }) => ({
    ...row,
    reader: readerId && { userId: readerId, role: readerId === clientId ? 'client' : 'operator' },
  }))
}

/** The place from which `readFeed` gives everything that is not yet visible now. */
export async function readFeedHorizon(executor: Executor): Promise<FeedPosition> {
  const [row] = await executor
    .select({ xid: sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text` })
    .from(sql`(values (1)) as one`)
  return { xid: row?.xid ?? '0', id: 0 }
}

export type ChangedChats = { after: FeedPosition; clientId: UserId | null; limit: number }

/**
 * The chats that changed after a position, or were read on the asker's side, once each; of one client, or of all.
 * Rows above the horizon are given too, because whoever asks is told of the same chat again at worst.
 */
export async function readChangedChats(
  executor: Executor,
  { after, clientId, limit }: ChangedChats,
): Promise<ChatId[]> {
  const rows = await executor
    .selectDistinct({ chatId: feed.chatId })
    .from(feed)
    .innerJoin(chats, eq(chats.id, feed.chatId))
    .where(and(isAfter(after), clientId === null ? concernsOperators : concernsClient(clientId)))
    .limit(limit)
  return rows.map((row) => row.chatId)
}

const concernsOperators: SQL = sql`${feed.readerId} is distinct from ${chats.userId}`

function concernsClient(clientId: UserId): SQL | undefined {
  return and(eq(chats.userId, clientId), or(isNull(feed.readerId), eq(feed.readerId, clientId)))
}

/** True when more than so many rows stand after a position; reads no more than that, from the primary key alone. */
export async function isFeedLonger(executor: Executor, after: FeedPosition, rowsMax: number): Promise<boolean> {
  const beyond = await executor
    .select({ id: feed.id })
    .from(feed)
    .where(isAfter(after))
    .orderBy(asc(feed.xid), asc(feed.id))
    .offset(rowsMax)
    .limit(1)
  return beyond.length > 0
}

/** How long rows are kept. */
const keptHours = 24
const isOld: SQL = sql`${feed.createdAt} < now() - make_interval(hours => ${sql.raw(String(keptHours))})`

/**
 * True when rows after this position may have been removed. Removing leaves the newest old row behind as a
 * witness, so a position at or above the oldest row, or a feed that holds young rows only, has lost nothing.
 */
export async function isFeedCut(executor: Executor, after: FeedPosition): Promise<boolean> {
  const [oldest] = await executor
    .select({ isOld: sql<boolean>`${isOld}`, isAbove: sql<boolean>`${isAfter(after)}` })
    .from(feed)
    .orderBy(asc(feed.xid), asc(feed.id))
    .limit(1)
  return oldest?.isOld === true && oldest.isAbove
}

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

function isAfter(position: FeedPosition): SQL {
  return sql`(${feed.xid}, ${feed.id}) > (${position.xid}::xid8, ${position.id}::bigint)`
}
