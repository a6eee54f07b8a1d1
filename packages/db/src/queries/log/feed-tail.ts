import type { ChatId, UserId } from '@deskbell/contract/ids'
import { catchUpChangesMax } from '@deskbell/contract/limits'
import type { Role } from '@deskbell/contract/users'
import { and, asc, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { preparedOnce } from '../../prepared.ts'
import { chats } from '../../schema/chats.ts'
import { feed } from '../../schema/feed.ts'
import type { Executor } from '../../transaction.ts'

/** A position in the feed. A reader has seen every row at or before it. */
export type FeedPosition = { xid: string; id: number }

/** A condition on the placeholders `xid` and `id`. */
export const isAfterGiven: SQL = sql`(${feed.xid}, ${feed.id}) > (${sql.placeholder('xid')}::xid8, ${sql.placeholder('id')}::bigint)`

export type ChangedChats = { after: FeedPosition; clientId: UserId | null; limit: number }

/**
 * Returns each chat once that changed after a position, or in which the caller's side raised a read mark: chats of one
 * client, or all chats for operators. Rows above the horizon count too. The caller may get the same chat again later,
 * which does no harm.
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
 * Selects the feed after a position, and the chat of each row. Both limits are for the planner: with the first it
 * starts at the position in the index, and with the second it finds each chat by id. Call `isFeedLonger` before, so
 * that the first limit cuts nothing.
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

/**
 * Reports whether there are more than `rowsMax` rows after a position. Reads at most one row more, by the primary key.
 */
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

/** The text of a `pg_snapshot`: which transactions had ended at some moment. */
export type FeedSnapshot = string

/** The position of the oldest transaction that was open: later commits can add no row before it. */
export function horizonOf(snapshot: FeedSnapshot): FeedPosition {
  const [xmin = '0'] = snapshot.split(':')
  return { xid: xmin, id: 0 }
}

/** `changed`: chats that changed. `read`: chats in which a read mark rose. Each lists a chat once. */
export type FeedChanges = { snapshot: FeedSnapshot; changed: ChatId[]; read: ChatId[]; isCut: boolean }

/** If `readFeedChanges` finds more rows than this, `isCut` is true. */
export const feedChangesMax = 5_000

/**
 * Returns what was committed since a snapshot, and the snapshot to continue from. Successive calls return each commit
 * exactly once, and open transactions delay no other commit. `isCut`: there were more than `feedChangesMax` rows, so
 * the lists may be incomplete.
 */
export async function readFeedChanges(executor: Executor, since: FeedSnapshot): Promise<FeedChanges> {
  const [row] = await feedChanges(executor).execute({ since })
  if (row === undefined) throw new Error('the snapshot of the feed is missing')
  return {
    snapshot: row.snapshot,
    changed: row.changed.map((id) => Number(id) as ChatId),
    read: row.read.map((id) => Number(id) as ChatId),
    isCut: row.isCut,
  }
}

const given = sql`${sql.placeholder('since')}::pg_snapshot`

/**
 * Selects the rows that were committed since the snapshot of the placeholder `since`: their transaction was open then
 * (the first part) or had not started (the second part). Each part has at most `limit` rows, and its order makes the
 * planner use the index, so other open transactions cost nothing.
 */
export function feedRowsSince(limit: number): SQL {
  return twoParts(limit, [sql`${wasOpen}`, sql`xid >= pg_snapshot_xmax(${given})`])
}

/** The same after the position of the placeholders `xid` and `id`, and only what is visible in the snapshot `until`. */
export function feedRowsSinceAfter(limit: number, until?: SQL): SQL {
  const xid = sql`${sql.placeholder('xid')}::xid8`
  const id = sql`${sql.placeholder('id')}::bigint`
  const start = sql`pg_snapshot_xmax(${given})`
  // One comparison: with two of them the scan may start at the lower one, and there may be many entries between them.
  const later = sql`(xid, id) > (greatest(${xid}, ${start}), case when ${xid} >= ${start} then ${id} else 0 end)`
  const visible = until && sql`xid < pg_snapshot_xmax(${until}) and pg_visible_in_snapshot(xid, ${until})`
  return twoParts(limit, [
    sql`${and(sql`${wasOpen} and (xid, id) > (${xid}, ${id})`, visible)}`,
    sql`${and(later, visible)}`,
  ])
}

const wasOpen = sql`xid = any(array(select pg_snapshot_xip(${given})))`

function twoParts(limit: number, conditions: [SQL, SQL]): SQL {
  const [first, second] = conditions.map(
    (condition) =>
      sql`(select xid, id, chat_id, reader_id from ${feed} where ${condition} order by xid, id limit ${sql.raw(String(limit))})`,
  )
  return sql`${first} union all ${second}`
}

const feedChanges = preparedOnce((executor) => {
  const fields = { chatId: feed.chatId, readerId: feed.readerId }
  const recent = executor.$with('recent', fields).as(feedRowsSince(feedChangesMax + 1))
  const chatIds = (condition: string) =>
    sql<string[]>`array(select distinct chat_id from recent where reader_id ${sql.raw(condition)})`
  return executor
    .with(recent)
    .select({
      snapshot: sql<FeedSnapshot>`pg_current_snapshot()::text`,
      changed: chatIds('is null').as('changed'),
      read: chatIds('is not null').as('read'),
      isCut: sql<boolean>`(select count(*) from recent) > ${sql.raw(String(feedChangesMax))}`.as('is_cut'),
    })
    .from(sql`(values (1)) as one`)
    .prepare('feed_changes')
})

/** Returns the snapshot from which `readFeedChanges` continues. */
export async function readFeedSnapshot(executor: Executor): Promise<FeedSnapshot> {
  const [row] = await feedSnapshot(executor).execute()
  if (row === undefined) throw new Error('the snapshot of the feed is missing')
  return row.snapshot
}

const feedSnapshot = preparedOnce((executor) =>
  executor
    .select({ snapshot: sql<FeedSnapshot>`pg_current_snapshot()::text` })
    .from(sql`(values (1)) as one`)
    .prepare('feed_snapshot'),
)

/** Rows younger than this are never removed. */
const keptHours = 24
const isOldRow = (row: string): SQL => sql.raw(`${row}.created_at < now() - make_interval(hours => ${keptHours})`)

/**
 * Reports whether rows after this position may have been removed. A removal always keeps the newest old row. So nothing
 * is missing if there is a row at or before the position, or if the first row after it is young.
 */
export async function isFeedCut(executor: Executor, after: FeedPosition): Promise<boolean> {
  const [row] = await feedCut(executor).execute(after)
  return row?.isCut ?? false
}

const feedCut = preparedOnce((executor) =>
  executor
    .select({ isCut: isCutAfter(sql`${sql.placeholder('xid')}::xid8`, sql`${sql.placeholder('id')}::bigint`) })
    .from(sql`(values (1)) as one`)
    .prepare('feed_cut'),
)

/**
 * Reads the rows next to the position. At the start of the index there may be many entries of removed rows, which no
 * vacuum can take away while another transaction is open.
 */
function isCutAfter(xid: SQL, id: SQL): SQL<boolean> {
  return sql<boolean>`((select true from ${feed} where (xid, id) <= (${xid}, ${id})
      order by xid desc, id desc limit 1) is null
    and coalesce((select ${isOldRow('feed')} from ${feed} where (xid, id) > (${xid}, ${id})
      order by xid, id limit 1), false))`
}

/**
 * The same for the rows that were committed since the snapshot of the placeholder `since`. The first of them is of a
 * transaction that has ended since, or of one that has started since.
 */
export const isCutSince: SQL<boolean> = isCutAfter(
  sql`(select ended.xid from (
      select pg_snapshot_xmax(${given}) as xid
      union all select open.xid from pg_snapshot_xip(${given}) as open (xid)
      where pg_visible_in_snapshot(open.xid, pg_current_snapshot())
    ) as ended order by ended.xid limit 1)`,
  sql`0`,
)

/** The position before the first row. */
export const feedStart: FeedPosition = { xid: '0', id: 0 }

/** `rev` is the newest one of the chat. `reader`: the user whose read mark rose; null when the chat itself changed. */
export type FeedRow = { chatId: ChatId; rev: number; reader: { userId: UserId; role: Role } | null }

/** Where a page starts, and the snapshot at which its read ends. */
type FeedPageStart = { until: FeedSnapshot | null; after: FeedPosition }

/**
 * A part of the rows that were committed since a snapshot. `snapshot`: that from which the next read continues.
 * `isCut`: some of the rows may have been removed. `next`: null in the last page.
 */
export type FeedPage = { rows: FeedRow[]; snapshot: FeedSnapshot; isCut: boolean; next: FeedPageStart | null }

/** The maximum number of rows of a page. */
export const feedPageMax = 500

/**
 * Returns the first page of what was committed since a snapshot, or the one that `start` names. The pages of one read
 * have the same end, whatever is committed meanwhile. Successive reads return each commit exactly once, and open
 * transactions delay no other commit.
 */
export async function readFeedPage(
  executor: Executor,
  since: FeedSnapshot,
  start: FeedPageStart = { until: null, after: feedStart },
): Promise<FeedPage> {
  const found = await feedPage(executor).execute({ since, until: start.until, ...start.after })
  const [first] = found
  if (first === undefined) throw new Error('the snapshot of the feed is missing')
  const { snapshot, isCut } = first
  const last = found.length < feedPageMax ? undefined : found.at(-1)?.row
  const rows = found.flatMap(({ row, chat }) => (row === null || chat === null ? [] : [feedRowOf(row, chat)]))
  return { rows, snapshot, isCut, next: last ? { until: snapshot, after: { xid: last.xid, id: last.id } } : null }
}

function feedRowOf(
  { chatId, readerId }: { chatId: ChatId; readerId: UserId | null },
  { rev, clientId }: { rev: number; clientId: UserId },
): FeedRow {
  const role = readerId === clientId ? 'client' : 'operator'
  return { chatId, rev, reader: readerId === null ? null : { userId: readerId, role } }
}

const feedPage = preparedOnce((executor) => {
  const until = sql`coalesce(${sql.placeholder('until')}::pg_snapshot, pg_current_snapshot())`
  const fields = { xid: feed.xid, id: feed.id, chatId: feed.chatId, readerId: feed.readerId }
  const rows = sql`select * from (${feedRowsSinceAfter(feedPageMax, until)}) as rows
    order by xid, id limit ${sql.raw(String(feedPageMax))}`
  const page = executor.$with('page', fields).as(rows)
  // With the limit the planner finds each chat by id, however many rows it expects.
  const chat = executor
    .select({ rev: chats.rev, clientId: chats.userId })
    .from(chats)
    .where(eq(chats.id, page.chatId))
    .limit(1)
    .as('chat')
  return executor
    .with(page)
    .select({
      snapshot: sql<FeedSnapshot>`${until}::text`,
      isCut: isCutSince.as('is_cut'),
      row: { xid: sql<string>`${page.xid}::text`, id: page.id, chatId: page.chatId, readerId: page.readerId },
      chat: { rev: chat.rev, clientId: chat.clientId },
    })
    .from(sql`(values (1)) as one`)
    .leftJoin(page, sql`true`)
    .leftJoinLateral(chat, sql`true`)
    .orderBy(asc(page.xid), asc(page.id))
    .prepare('feed_page')
})

/** `upTo`: the old row that was kept, from which the next removal continues. Null when there was no old row. */
export type FeedRemoval = { removed: number; upTo: FeedPosition | null }

/**
 * Removes the old rows from `from` on up to the first young row, at most `limit`, and keeps the last of them.
 * It reads a range of the primary key, so its cost does not depend on the size of the feed.
 */
export async function removeOldFeed(
  executor: Executor,
  { from = feedStart, limit }: { from?: FeedPosition; limit: number },
): Promise<FeedRemoval> {
  const position = (row: string) => sql.raw(`(${row}.xid, ${row}.id)`)
  const start = sql`(${from.xid}::xid8, ${from.id}::bigint)`
  const { rows } = await executor.execute<{ xid: string; id: string; removed: string }>(sql`
    with page as materialized (
      select page.xid, page.id, page.created_at from ${feed} as page
      where ${position('page')} >= ${start} order by page.xid, page.id limit ${limit + 1}
    ), old as (
      select page.xid, page.id, bool_and(${isOldRow('page')}) over (order by page.xid, page.id) as is_old from page
    ), kept as materialized (
      select old.xid, old.id from old where old.is_old order by old.xid desc, old.id desc limit 1
    ), removed as (
      delete from ${feed} as gone where ${position('gone')} >= ${start}
        and ${position('gone')} < (select kept.xid, kept.id from kept) returning 1
    )
    select kept.xid::text, kept.id, (select count(*) from removed) as removed from kept`)
  const [row] = rows
  if (row === undefined) return { removed: 0, upTo: null }
  return { removed: Number(row.removed), upTo: { xid: row.xid, id: Number(row.id) } }
}
