import type { ChatId, UserId } from '@deskbell/contract/ids'
import { catchUpChangesMax } from '@deskbell/contract/limits'
import { and, asc, eq, sql } from 'drizzle-orm'
import { preparedOnce } from '../prepared.ts'
import { chatMarks, chats } from '../schema/chats.ts'
import { feed } from '../schema/feed.ts'
import type { Executor } from '../transaction.ts'
import { type FeedPosition, isAfterGiven, readFeedHorizon } from './feed-tail.ts'

/** What an open chat adds to the counts of operators. */
export type OpenChat = {
  operatorId: UserId | null
  /** Messages of the client. */
  inCount: number
  /** Of each operator who has read something there: how many of them. */
  readCounts: readonly (readonly [UserId, number])[]
}

export type OpenChats = { chats: Map<ChatId, OpenChat>; position: FeedPosition }

const pageRows = 5_000

/** All open chats; to be run in a snapshot, because it is many statements. `position`: where `readOpenChatChanges` goes on. */
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

/** Constants, so that the partial index is found, and the size of a page, when the statement is planned. */
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

/** Null for a chat that is not open now. `chats` is null when more has changed than it is worth to follow. */
export type OpenChatChanges = { chats: Map<ChatId, OpenChat | null> | null; position: FeedPosition }

/**
 * The chats that changed, or were read, after a position, as they are now. One statement and so one moment: rows above
 * the horizon are seen too, and once more the next time.
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
  // The limit keeps it a look-up by id, however many changes the planner thinks of.
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
