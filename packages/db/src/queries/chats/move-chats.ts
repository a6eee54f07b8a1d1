import type { ChatId, UserId } from '@deskbell/contract/ids'
import { asc, inArray, sql } from 'drizzle-orm'
import { numberArray } from '../../array-text.ts'
import { chatEvents } from '../../schema/chat-events.ts'
import { chatMarks, chats } from '../../schema/chats.ts'
import { feed } from '../../schema/feed.ts'
import { messages } from '../../schema/messages.ts'
import type { Tx } from '../../transaction.ts'

/** Returns the chats of these clients, by rising id. */
export async function findChatsOf(tx: Tx, clientIds: readonly UserId[]): Promise<ChatId[]> {
  const rows = await tx
    .select({ id: chats.id })
    .from(chats)
    .where(inArray(chats.userId, [...clientIds]))
    .orderBy(asc(chats.id))
  return rows.map(({ id }) => id)
}

/** Raises `rev` and inserts feed rows, so that every list shows the chats anew. Needs the locks of the chats. */
export async function touchChats(tx: Tx, chatIds: readonly ChatId[]): Promise<void> {
  if (chatIds.length === 0) return
  await tx
    .update(chats)
    .set({ rev: sql`${chats.rev} + 1` })
    .where(inArray(chats.id, [...chatIds]))
  await tx.insert(feed).values(chatIds.map((chatId) => ({ chatId })))
}

/**
 * Moves chats from one client to another, with everything that the first one has done in them. Needs the locks of the
 * chats. An id that both clients have given stays with the other one's, and the moved one becomes null. Throws a
 * violation of `uniq_client_msg_user` or `uniq_chat_client_chat_id` when the same id is stored at the same moment.
 */
export async function moveChats(
  tx: Tx,
  { chatIds, fromId, toId }: { chatIds: readonly ChatId[]; fromId: UserId; toId: UserId },
): Promise<void> {
  const [ids, from, to] = [sql`${numberArray(chatIds)}::bigint[]`, sql`${fromId}::bigint`, sql`${toId}::bigint`]
  await tx.execute(sql`update ${chats} set user_id = ${to} where id = any(${ids}) and user_id = ${from}`)
  await tx.execute(sql`update ${chats} set created_by = ${to}, client_chat_id = case when exists (
      select from ${chats} as kept where kept.created_by = ${to} and kept.client_chat_id = ${chats.clientChatId})
    then null else client_chat_id end where id = any(${ids}) and created_by = ${from}`)
  await tx.execute(sql`update ${messages} set user_id = ${to}, client_msg_id = case when exists (
      select from ${messages} as kept where kept.user_id = ${to} and kept.client_msg_id = ${messages.clientMsgId})
    then null else client_msg_id end where chat_id = any(${ids}) and user_id = ${from}`)
  await tx.execute(sql`update ${chatEvents} set actor_id = ${to} where chat_id = any(${ids}) and actor_id = ${from}`)
  await tx.execute(sql`with gone as (
      delete from ${chatMarks} where chat_id = any(${ids}) and user_id = ${from} returning *)
    insert into ${chatMarks} (chat_id, user_id, role, delivered_seq, read_seq, read_count, updated_at)
      select chat_id, ${to}, role, delivered_seq, read_seq, read_count, updated_at from gone
    on conflict (chat_id, user_id) do update set
      delivered_seq = greatest(chat_marks.delivered_seq, excluded.delivered_seq),
      read_seq = greatest(chat_marks.read_seq, excluded.read_seq),
      read_count = greatest(chat_marks.read_count, excluded.read_count),
      updated_at = greatest(chat_marks.updated_at, excluded.updated_at)`)
}
