import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import { eq, sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { chats } from '../../schema/chats.ts'
import { feed } from '../../schema/feed.ts'
import { messages } from '../../schema/messages.ts'
import { sessions } from '../../schema/sessions.ts'
import { runAtOnce, statementOf } from '../../transaction.ts'
import type { SessionAuthMode } from '../users/sessions.ts'

/** A message that is to be stored. The database assigns its `id`, `seq`, number and time. */
export type LoneSend = {
  chatId: ChatId
  userId: UserId
  direction: Direction
  text: string
  clientMsgId: string
  bodyHash: string
  /** The session of the sender, and what makes it active. */
  sessionId: number
  authMode: SessionAuthMode
  now: Date
}

export type StoredLoneSend = {
  id: MessageId
  seq: number
  createdAt: Date
  /** The chat after the message. */
  chat: { id: ChatId; userId: UserId; operatorId: UserId | null; rev: number }
}

/** `mayStart` is called when a connection is free, which may take some time. */
export type StoreLoneSend = (send: LoneSend, mayStart: () => boolean) => Promise<StoredLoneSend | null>

type Row = { id: MessageId; seq: number; rev: number; at: number; user_id: UserId; operator_id: UserId | null }

/**
 * Prepares two statements that are sent together: the lock of the chat and the write. Each has a snapshot of its own,
 * so the write reads the chat under the lock. It stores the message only in the plain case: the lock is free, the chat
 * is open and visible to the sender, whose session is active and who has not used the `clientMsgId` before.
 *
 * The returned function resolves with null in every other case: then nothing was changed. It rejects when the database
 * is away; the outcome may be unknown then.
 */
export function prepareLoneSend(db: Database): StoreLoneSend {
  const lock = statementOf('lone_send_lock', lockOf(db).toSQL())
  const write = statementOf('lone_send_write', writeOf(db).toSQL())
  return async (send, mayStart) => {
    const rows = await runAtOnce<Row>(db, { statements: [lock(send), write(send)], mayStart })
    const row = rows?.[0]
    if (row === undefined) return null
    const { id, seq, at, rev, user_id: userId, operator_id: operatorId } = row
    return { id, seq, createdAt: new Date(at), chat: { id: send.chatId, userId, operatorId, rev } }
  }
}

function lockOf({ orm }: Database) {
  return orm
    .select({ id: chats.id })
    .from(chats)
    .where(eq(chats.id, sql.placeholder('chatId')))
    .for('update', { noWait: true })
}

function writeOf({ orm }: Database) {
  const given = (name: keyof LoneSend, type: string) => sql`${sql.placeholder(name)}::${sql.raw(type)}`
  const isIn = sql`${given('direction', 'text')} = 'in'`
  const chat = orm.$with('chat', {}).as(sql`
    select *, greatest(date_trunc('milliseconds', clock_timestamp()), last_entry_at) as at,
      (${isIn})::int as is_in, (not ${isIn})::int as is_out
    from ${chats}
    where id = ${given('chatId', 'bigint')} and status = 'open'
      and (not ${isIn} or user_id = ${given('userId', 'bigint')})
      and not exists (select 1 from ${messages}
        where client_msg_id = ${given('clientMsgId', 'text')} and user_id = ${given('userId', 'bigint')})
      and exists (select 1 from ${sessions}
        where id = ${given('sessionId', 'bigint')} and auth_mode = ${given('authMode', 'text')}
          and expires_at > ${given('now', 'timestamptz')})`)
  const inserted = orm.$with('inserted', {}).as(sql`
    insert into ${messages}
      (chat_id, seq, user_id, direction, direction_no, text, client_msg_id, body_hash, created_at)
    select id, last_seq + 1, ${given('userId', 'bigint')}, ${given('direction', 'text')},
      case when ${isIn} then in_count else out_count end + 1, ${given('text', 'text')},
      ${given('clientMsgId', 'text')}, ${given('bodyHash', 'text')}, at
    from chat
    returning id`)
  const changed = orm.$with('changed', {}).as(sql`
    update ${chats} set last_seq = chat.last_seq + 1, rev = chat.rev + 1, in_count = chat.in_count + chat.is_in,
      out_count = chat.out_count + chat.is_out, last_message_at = chat.at, last_entry_at = chat.at,
      waiting_since = case when ${isIn} then coalesce(chat.waiting_since, chat.at) end, last_message_id = inserted.id
    from chat, inserted
    where ${chats.id} = chat.id`)
  const fed = orm.$with('fed', {}).as(sql`insert into ${feed} (chat_id) select id from chat`)
  // The driver returns a bigint as text, and a float8 as a number.
  const number = (column: string) => sql`(${sql.raw(column)})::float8`
  return orm
    .with(chat, inserted, changed, fed)
    .select({
      id: number('inserted.id').as('id'),
      seq: number('chat.last_seq + 1').as('seq'),
      rev: number('chat.rev + 1').as('rev'),
      at: number('extract(epoch from chat.at) * 1000').as('at'),
      userId: number('chat.user_id').as('user_id'),
      operatorId: number('chat.operator_id').as('operator_id'),
    })
    .from(sql`chat, inserted`)
}
