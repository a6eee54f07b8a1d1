import type { ChatId, UserId } from '@deskbell/contract/ids'
import { and, asc, eq, sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { preparedOnce } from '../../prepared.ts'
import { chatMarks, chats } from '../../schema/chats.ts'
import { feed } from '../../schema/feed.ts'
import { type Executor, inSnapshot } from '../../transaction.ts'
import {
  type FeedPosition,
  type FeedSnapshot,
  feedRowsSinceAfter,
  feedStart,
  isCutSince,
  readFeedSnapshot,
} from '../log/feed-tail.ts'

/** What the counts of operators need of an open chat. */
export type OpenChat = {
  operatorId: UserId | null
  /** The number of messages of the client. */
  inCount: number
  /** How many of them each operator has read. Operators who have read none are not in it. */
  readCounts: readonly (readonly [UserId, number])[]
}

export type OpenChats = { chats: Map<ChatId, OpenChat>; snapshot: FeedSnapshot }

const pageRows = 5_000

/**
 * Returns all open chats, and the snapshot from which `readOpenChatChanges` continues. It sends several statements, so
 * it must run in `inSnapshot`.
 */
export async function readOpenChats(executor: Executor): Promise<OpenChats> {
  const snapshot = await readFeedSnapshot(executor)
  const found = new Map<ChatId, OpenChat>()
  const statement = openChatsPage(executor)
  let after = { at: '-infinity', id: 0 }
  for (;;) {
    const rows = await statement.execute(after)
    for (const { id, at: _, ...chat } of rows) found.set(id, chat)
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRows) return { chats: found, snapshot }
    after = { at: last.at.toISOString(), id: last.id }
  }
}

const openChatFields = {
  operatorId: chats.operatorId,
  inCount: chats.inCount,
  readCounts: sql<
    [UserId, number][]
  >`(select coalesce(json_agg(json_build_array(${chatMarks.userId}, ${chatMarks.readCount})), '[]')
    from ${chatMarks}
    where ${chatMarks.chatId} = ${chats.id} and ${chatMarks.role} = 'operator' and ${chatMarks.readSeq} > 0)`.as(
    'read_counts',
  ),
}

/** A constant and no parameter, so that the planner uses the partial index. */
const isOpen = sql`${chats.status} = 'open'`

const openChatsPage = preparedOnce((executor) =>
  executor
    .select({ id: chats.id, at: chats.lastMessageAt, ...openChatFields })
    .from(chats)
    .where(
      and(
        isOpen,
        sql`(${chats.lastMessageAt}, ${chats.id}) > (${sql.placeholder('at')}::timestamptz, ${sql.placeholder('id')}::bigint)`,
      ),
    )
    .orderBy(asc(chats.lastMessageAt), asc(chats.id))
    .limit(pageRows)
    .prepare('open_chats_page'),
)

/** The value of a chat that is not open now is null. */
export type OpenChatChanges = { chats: Map<ChatId, OpenChat | null>; snapshot: FeedSnapshot }

/**
 * Returns the current state of the chats that changed, or in which a read mark rose, since a snapshot, and the snapshot
 * to continue from. All of it is of that one snapshot. Its cost depends on the changes only, also while other
 * transactions stay open. Null when rows of the feed that the snapshot does not include may have been removed.
 */
export async function readOpenChatChanges(db: Database, since: FeedSnapshot): Promise<OpenChatChanges | null> {
  const page = await readChangesPage(db.orm, { since, after: feedStart })
  if (page.isCut) return null
  return page.next === null ? page : await inSnapshot(db, (tx) => readAllChanges(tx, since))
}

async function readAllChanges(executor: Executor, since: FeedSnapshot): Promise<OpenChatChanges | null> {
  const found: OpenChatChanges['chats'] = new Map()
  for (let after: FeedPosition | null = feedStart; ; ) {
    const page: ChangesPage = await readChangesPage(executor, { since, after })
    if (page.isCut) return null
    for (const [chatId, chat] of page.chats) found.set(chatId, chat)
    after = page.next
    if (after === null) return { chats: found, snapshot: page.snapshot }
  }
}

/** `next`: the position after which the next page starts. Null when this is the last one. */
type ChangesPage = OpenChatChanges & { isCut: boolean; next: FeedPosition | null }

async function readChangesPage(
  executor: Executor,
  { since, after }: { since: FeedSnapshot; after: FeedPosition },
): Promise<ChangesPage> {
  const rows = await openChatChanges(executor).execute({ since, ...after })
  const [first] = rows
  if (first === undefined) throw new Error('the snapshot of the feed is missing')
  const found: OpenChatChanges['chats'] = new Map()
  for (const { chatId, chat, readCounts } of rows) {
    if (chatId !== null) found.set(chatId, chat && { operatorId: chat.operatorId, inCount: chat.inCount, readCounts })
  }
  const { snapshot, isCut, last } = first
  return { chats: found, snapshot, isCut, next: last && { xid: last[0], id: Number(last[1]) } }
}

const openChatChanges = preparedOnce((executor) => {
  const recentFields = { xid: feed.xid, id: feed.id, chatId: feed.chatId }
  const rows = sql`select xid, id, chat_id from (${feedRowsSinceAfter(pageRows)}) as rows
    order by xid, id limit ${sql.raw(String(pageRows))}`
  const recent = executor.$with('recent', recentFields).as(rows)
  const changed = executor.$with('changed').as(executor.selectDistinct({ chatId: recent.chatId }).from(recent))
  // With the limit the planner finds each chat by id, however many changes it expects.
  const chat = executor
    .select({ id: chats.id, ...openChatFields })
    .from(chats)
    .where(and(eq(chats.id, changed.chatId), isOpen))
    .limit(1)
    .as('chat')
  return executor
    .with(recent, changed)
    .select({
      snapshot: sql<FeedSnapshot>`pg_current_snapshot()::text`,
      isCut: isCutSince.as('is_cut'),
      // The last row of a full page.
      last: sql<[string, string] | null>`(select array[xid::text, id::text] from recent
        order by recent.xid, recent.id offset ${sql.raw(String(pageRows - 1))} limit 1)`.as('last_row'),
      chatId: changed.chatId,
      chat: { id: chat.id, operatorId: chat.operatorId, inCount: chat.inCount },
      readCounts: chat.readCounts,
    })
    .from(sql`(values (1)) as one`)
    .leftJoin(changed, sql`true`)
    .leftJoinLateral(chat, sql`true`)
    .prepare('open_chats_changed')
})
