import type { Database } from '@deskbell/db/database'
import type { StoredEntry } from './checks/check-log.ts'

/** Reads the log of a chat from the tables, by SQL that shares no code with the product. */
export async function readStoredLog(
  db: Pick<Database, 'pool'>,
  chatId: number,
): Promise<{ entries: StoredEntry[]; lastSeq: number }> {
  const entries = await db.pool.query<StoredEntry>(
    `select seq::float8 as seq, 'message' as kind, created_at as at, user_id::float8 as "userId",
            id::float8 as id, client_msg_id as "clientMsgId"
       from messages where chat_id = $1
     union all
     select seq::float8, kind, created_at, actor_id::float8, null, null
       from chat_events where chat_id = $1 and audience = 'all'
     order by 1`,
    [chatId],
  )
  const head = await db.pool.query<{ lastSeq: number }>(
    'select last_seq::float8 as "lastSeq" from chats where id = $1',
    [chatId],
  )
  return { entries: entries.rows, lastSeq: head.rows[0]?.lastSeq ?? -1 }
}

/**
 * Counts rows whose chat or author does not exist. The tables of the log have no foreign keys that would refuse them.
 */
export async function countOrphans(db: Pick<Database, 'pool'>): Promise<Record<string, number>> {
  const result = await db.pool.query<Record<string, number>>(
    `select
       (select count(*) from messages m where not exists (select from chats c where c.id = m.chat_id))::int as messages,
       (select count(*) from messages m where not exists (select from users u where u.id = m.user_id))::int as authors,
       (select count(*) from chat_events e where not exists (select from chats c where c.id = e.chat_id))::int as events,
       (select count(*) from chat_marks k where not exists (select from chats c where c.id = k.chat_id))::int as marks,
       (select count(*) from feed f where not exists (select from chats c where c.id = f.chat_id))::int as feed`,
  )
  return result.rows[0] ?? {}
}
