import type { Attachment } from '@deskbell/contract/attachments'
import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import type { Direction, MessageType } from '@deskbell/contract/messages'
import { and, asc, eq, sql } from 'drizzle-orm'
import { numberArray, textArray } from '../../array-text.ts'
import { preparedOnce } from '../../prepared.ts'
import { chats } from '../../schema/chats.ts'
import { feed } from '../../schema/feed.ts'
import { messages } from '../../schema/messages.ts'
import type { Tx } from '../../transaction.ts'
import { type ReadMarks, readMarksFields } from '../chats/marks.ts'
import { type MessageRow, messageFields } from './messages.ts'

/*
 * The statements for the sends of a batch. Each takes arrays of values, so that one statement serves all of them.
 */

/** A stored message, with the hash of the text that was sent, and the read marks of its chat. */
export type SentRow = MessageRow & { bodyHash: string } & ReadMarks

/** The time of the database, and the messages that the senders have already stored with these ids, in any chat. */
export type SentBefore = { now: Date; sent: SentRow[] }

export type SentId = { userId: UserId; clientMsgId: string }

/**
 * Call it after the statement that takes the locks: only a new snapshot contains what was committed during the wait for
 * a lock. `now` is read under the locks, so that the times in a log do not fall as `seq` rises.
 */
export async function readSentBefore(tx: Tx, ids: readonly SentId[]): Promise<SentBefore> {
  const rows = await sentBefore(tx).execute({
    clientMsgIds: textArray(ids.map((id) => id.clientMsgId)),
    userIds: numberArray(ids.map((id) => id.userId)),
  })
  const first = rows[0]
  if (first === undefined) throw new Error('The clock gave no row.')
  return { now: first.now, sent: rows.flatMap((row) => row.sent ?? []) }
}

/** The join is lateral with a limit, so that the plan searches the index for each id and cannot scan the table. */
const sentBefore = preparedOnce((executor) => {
  const input = sql`unnest(${sql.placeholder('clientMsgIds')}::text[], ${sql.placeholder('userIds')}::bigint[])
    as input (client_msg_id, user_id)`
  const matchesInput = and(eq(messages.clientMsgId, sql`input.client_msg_id`), eq(messages.userId, sql`input.user_id`))
  const fields = { ...messageFields, bodyHash: messages.bodyHash, ...readMarksFields(messages.chatId) }
  const found = executor.select(fields).from(messages).where(matchesInput).limit(1).as('found')
  const sent = executor.select(found._.selectedFields).from(input).crossJoinLateral(found).as('sent')
  return executor
    .select({ now: sql`clock_timestamp()`.mapWith(chats.createdAt).as('now'), sent: sent._.selectedFields })
    .from(sql`(values (1)) as one`)
    .leftJoin(sent, sql`true`)
    .prepare('sends_before')
})

/** A message that is to be stored. */
export type NewMessage = {
  chatId: ChatId
  seq: number
  userId: UserId
  direction: Direction
  directionNo: number
  /** Stored by `attachFiles`, as are the attachments. */
  type: MessageType
  text: string
  attachments: Attachment[] | null
  clientMsgId: string
  bodyHash: string
  createdAt: Date
}

/** The columns of a chat after its new messages. */
export type SentHead = {
  chatId: ChatId
  lastSeq: number
  rev: number
  inCount: number
  outCount: number
  lastMessageAt: Date
  waitingSince: Date | null
  /** The index of its newest message in `rows`, from 0. */
  newest: number
}

/**
 * Stores new messages of many chats, the columns of these chats and their feed rows in one statement. Needs the locks
 * of the chats. Returns the ids in the order of `rows`.
 */
export async function writeSends(
  tx: Tx,
  { rows, heads }: { rows: readonly NewMessage[]; heads: readonly SentHead[] },
): Promise<MessageId[]> {
  const written = await sendsWrite(tx).execute({
    chatId: numberArray(rows.map((row) => row.chatId)),
    seq: numberArray(rows.map((row) => row.seq)),
    userId: numberArray(rows.map((row) => row.userId)),
    direction: textArray(rows.map((row) => row.direction)),
    directionNo: numberArray(rows.map((row) => row.directionNo)),
    text: textArray(rows.map((row) => row.text)),
    clientMsgId: textArray(rows.map((row) => row.clientMsgId)),
    bodyHash: textArray(rows.map((row) => row.bodyHash)),
    createdAt: numberArray(rows.map((row) => row.createdAt.getTime())),
    headChatId: numberArray(heads.map((head) => head.chatId)),
    lastSeq: numberArray(heads.map((head) => head.lastSeq)),
    rev: numberArray(heads.map((head) => head.rev)),
    inCount: numberArray(heads.map((head) => head.inCount)),
    outCount: numberArray(heads.map((head) => head.outCount)),
    lastMessageAt: numberArray(heads.map((head) => head.lastMessageAt.getTime())),
    waitingSince: numberArray(heads.map((head) => head.waitingSince?.getTime() ?? null)),
    // Arrays in PostgreSQL start at 1.
    newest: numberArray(heads.map((head) => head.newest + 1)),
  })
  return written.map((row) => row.id)
}

const sendsWrite = preparedOnce((executor) => {
  const array = (name: string, type: string) => sql`${sql.placeholder(name)}::${sql.raw(type)}[]`
  const inserted = executor.$with('inserted', { id: messages.id }).as(sql`
    insert into ${messages}
      (chat_id, seq, user_id, direction, direction_no, text, client_msg_id, body_hash, created_at)
    select chat_id, seq, user_id, direction, direction_no, text, client_msg_id, body_hash, to_timestamp(at / 1000)
    from unnest(${array('chatId', 'bigint')}, ${array('seq', 'bigint')}, ${array('userId', 'bigint')},
      ${array('direction', 'text')}, ${array('directionNo', 'int')}, ${array('text', 'text')},
      ${array('clientMsgId', 'text')}, ${array('bodyHash', 'text')}, ${array('createdAt', 'float8')})
      as input (chat_id, seq, user_id, direction, direction_no, text, client_msg_id, body_hash, at)
    returning id`)
  const changed = executor.$with('changed', {}).as(sql`
    update ${chats} as chat set last_seq = head.last_seq, rev = head.rev, in_count = head.in_count,
      out_count = head.out_count, last_message_at = to_timestamp(head.at / 1000),
      last_entry_at = to_timestamp(head.at / 1000), waiting_since = to_timestamp(head.waiting_since / 1000),
      last_message_id = (array(select id from inserted order by id))[head.newest]
    from unnest(${array('headChatId', 'bigint')}, ${array('lastSeq', 'bigint')}, ${array('rev', 'bigint')},
      ${array('inCount', 'int')}, ${array('outCount', 'int')}, ${array('lastMessageAt', 'float8')},
      ${array('waitingSince', 'float8')}, ${array('newest', 'int')})
      as head (chat_id, last_seq, rev, in_count, out_count, at, waiting_since, newest)
    where chat.id = head.chat_id`)
  const fed = executor.$with('fed', {}).as(sql`
    insert into ${feed} (chat_id) select unnest(${array('headChatId', 'bigint')})`)
  return executor
    .with(inserted, changed, fed)
    .select({ id: inserted.id })
    .from(inserted)
    .orderBy(asc(inserted.id))
    .prepare('sends_write')
})
