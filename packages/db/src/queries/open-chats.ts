import type { ChatId, UserId } from '@deskbell/contract/ids'
import { catchUpChangesMax } from '@deskbell/contract/limits'
import { and, asc, eq, sql } from 'drizzle-orm'
import { preparedOnce } from '../prepared.ts'
import { chatMarks, chats } from '../schema/chats.ts'
import { feed } from '../schema/feed.ts'
import type { Executor } from '../transaction.ts'
import { type FeedPosition, isAfterGiven, readFeedHorizon } from './feed-tail.ts'

/** What the counts of operators need of an open chat. */
export type OpenChat = {
  operatorId: UserId | null
  /** The number of messages of the client. */
  inCount: number
  /** How many of them each operator has read. Operators who have read none are not in it. */
  readCounts: readonly (readonly [UserId, number])[]
}

export type OpenChats = { chats: Map<ChatId, OpenChat>; position: FeedPosition }

const pageRows = 5_000

/**
 * Returns all open chats, and the position from which `readOpenChatChanges` continues. It sends several statements, so
 * it must run in `inSnapshot`.
 */
export async function readOpenChats(executor: Executor): Promise<OpenChats> {
  const position = await readFeedHorizon(executor)
  const found = new Map<ChatId, OpenChat>()
  const statement = openChatsPage(executor)
  let after = { at: '-infinity', id: 0 }
  for (;;) {
    const rows = await statement.execute(after)
    for (const { id, at: _, ...chat } of rows) found.set(id, chat)
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRows) return { chats: found, position }
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

/** The value of a chat that is not open now is null. `chats` is null after more than `catchUpChangesMax` changes. */
export type OpenChatChanges = { chats: Map<ChatId, OpenChat | null> | null; position: FeedPosition }

/**
 * Returns the current state of the chats that changed, or in which a read mark rose, after a position. It is one
 * statement, so all of it is of one snapshot. It includes rows above the horizon, which the next call returns again.
 */
export async function readOpenChatChanges(executor: Executor, after: FeedPosition): Promise<OpenChatChanges> {
  const rows = await openChatChanges(executor).execute(after)
  const position = { xid: rows[0]?.horizon ?? '0', id: 0 }
  const changes = rows.reduce((sum, row) => sum + (row.changes ?? 0), 0)
  if (changes > catchUpChangesMax) return { chats: null, position }
  const found = new Map<ChatId, OpenChat | null>()
  for (const { chatId, chat, readCounts } of rows) {
    if (chatId !== null) found.set(chatId, chat && { operatorId: chat.operatorId, inCount: chat.inCount, readCounts })
  }
  return { chats: found, position }
}

const openChatChanges = preparedOnce((executor) => {
  const changedFields = {
    chatId: sql<ChatId | null>`chat_id`.mapWith(chats.id).as('chat_id'),
    changes: sql<number | null>`changes`.as('changes'),
  }
  const recent = sql`select chat_id, count(*)::int as changes from (
      select ${feed.chatId} from ${feed}
      where ${isAfterGiven}
      order by ${feed.xid}, ${feed.id} limit ${sql.raw(String(catchUpChangesMax + 1))}
    ) as recent group by chat_id`
  const changed = executor.$with('changed', changedFields).as(recent)
  // With the limit the planner finds each chat by id, however many changes it expects.
  const chat = executor
    .select({ id: chats.id, ...openChatFields })
    .from(chats)
    .where(and(eq(chats.id, changed.chatId), isOpen))
    .limit(1)
    .as('chat')
  return executor
    .with(changed)
    .select({
      horizon: sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text`,
      chatId: changed.chatId,
      changes: changed.changes,
      chat: { id: chat.id, operatorId: chat.operatorId, inCount: chat.inCount },
      readCounts: chat.readCounts,
    })
    .from(sql`(values (1)) as one`)
    .leftJoin(changed, sql`true`)
    .leftJoinLateral(chat, sql`true`)
    .prepare('open_chats_changed')
})
