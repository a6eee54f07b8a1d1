import type { Database } from '@deskbell/db/database'
import type { FileRow, RunEntry, StoredChat, StoredMark } from './run-record.ts'

type Row = Omit<RunEntry, 'moment' | 'content'> & {
  chatId: number
  text: string | null
  messageId: number | null
}

/**
 * Reads the logs of chats from the tables, by SQL that shares no code with the product.
 * `offsetMs` is added to the time of the database to get the time of the history.
 */
export async function readChats(
  db: Pick<Database, 'pool'>,
  chatIds: readonly number[],
  offsetMs: number,
): Promise<Map<number, StoredChat>> {
  const [entries, heads, marksByChat] = await Promise.all([
    db.pool.query<Row>(logQuery, [chatIds]),
    db.pool.query<{ chatId: number; lastSeq: number }>(
      'select id::float8 as "chatId", last_seq::float8 as "lastSeq" from chats where id = any($1)',
      [chatIds],
    ),
    readMarks(db, chatIds),
  ])
  const entriesByChat = Map.groupBy(entries.rows, (row) => row.chatId)
  return new Map(
    heads.rows.map(({ chatId, lastSeq }) => {
      const log = (entriesByChat.get(chatId) ?? []).map((row) => toEntry(row, offsetMs))
      return [chatId, storedChat({ chatId, lastSeq, entries: log, marks: marksByChat.get(chatId) ?? [] })]
    }),
  )
}

export function storedChat(chat: Omit<StoredChat, 'places'>): StoredChat {
  const messages = chat.entries.filter((entry) => entry.kind === 'message')
  return { ...chat, places: new Map(messages.map((entry) => [entry.clientMsgId ?? '', entry.seq])) }
}

/** Returns a text that represents what a page shows of an entry. */
export function contentOf({ kind, id, text, files = [] }: ShownEntry): string {
  if (kind !== 'message') return `${kind} ${id ?? ''}`
  return `message ${id} ${text}${files.map((file) => ` [${file}]`).join('')}`
}

type ShownEntry = { kind: string; id: number | null; text: string | null; files?: readonly string[] }

const logQuery = `
  select chat_id::float8 as "chatId", seq::float8 as seq, 'message' as kind, created_at as at,
         user_id::float8 as "userId", id::float8 as id, client_msg_id as "clientMsgId", text, null as "messageId",
         array(select file ->> 'id' from jsonb_array_elements(coalesce(attachments, '[]')) with ordinality as f (file, place)
               order by place) as files
    from messages where chat_id = any($1)
  union all
  select chat_id::float8, seq::float8, kind, created_at, actor_id::float8, null, null, null,
         (data ->> 'messageId')::float8, '{}'::text[]
    from chat_events where chat_id = any($1) and audience = 'all'
  order by 1, 2`

function toEntry({ chatId: _chatId, text, messageId, ...row }: Row, offsetMs: number): RunEntry {
  const content = contentOf({ kind: row.kind, id: row.id ?? messageId, text, files: row.files })
  return { ...row, content, moment: row.at.getTime() + offsetMs }
}

/** The rows of all files. A message that does not name a file does not have it. */
export async function readFileRows(db: Pick<Database, 'pool'>): Promise<FileRow[]> {
  const { rows } = await db.pool.query<FileRow>(
    `select f.id, f.chat_id::float8 as "chatId", m.seq::float8 as seq, f.thumbnail_type is not null as "hasThumbnail"
       from files f left join messages m on m.chat_id = f.chat_id and m.seq = f.message_seq
        and m.attachments @> jsonb_build_array(jsonb_build_object('id', f.id))`,
  )
  return rows
}

/** The client of every chat. */
export async function readOwners(db: Pick<Database, 'pool'>): Promise<Map<number, number>> {
  const { rows } = await db.pool.query<{ chatId: number; userId: number }>(
    'select id::float8 as "chatId", user_id::float8 as "userId" from chats',
  )
  return new Map(rows.map(({ chatId, userId }) => [chatId, userId]))
}

/** The marks of every user, by chat. */
export async function readMarks(
  db: Pick<Database, 'pool'>,
  chatIds: readonly number[],
): Promise<Map<number, StoredMark[]>> {
  const { rows } = await db.pool.query<StoredMark & { chatId: number }>(
    `select chat_id::float8 as "chatId", user_id::float8 as "userId", role, delivered_seq::float8 as delivered,
            read_seq::float8 as read from chat_marks where chat_id = any($1)`,
    [chatIds],
  )
  return Map.groupBy(rows, (row) => row.chatId)
}
