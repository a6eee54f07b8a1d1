import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type pg from 'pg'

/**
 * Two users of one role that have the same address in normal form. The older one is kept and gets everything of the
 * other. `chats` and `messages` count what was moved.
 */
export type UserMerge = { role: Role; keptId: UserId; removedId: UserId; chats: number; messages: number }

export type Merge = { role: Role; keptId: UserId; removedId: UserId }

/**
 * Moves everything of one user to another and deletes the first one; needs an open transaction. It moves the chats
 * first, which locks their rows. If both users have used the same `clientMsgId` or `clientChatId`, the kept user's
 * stays and the other one becomes null. A later retry of that other send is no longer recognised.
 */
export async function mergeUsers(client: pg.Client, merge: Merge): Promise<UserMerge> {
  const chatIds = await moveChats(client, merge)
  const messages = await moveLog(client, merge, chatIds)
  const ids = [merge.removedId, merge.keptId]
  await movePresence(client, ids)
  await client.query('update sessions set user_id = $2 where user_id = $1', ids)
  await client.query('delete from users where id = $1', [merge.removedId])
  // The log now names other user ids. The new seed makes programs discard what they have loaded of it.
  await client.query('update deployment set seed = gen_random_uuid()::text')
  return { ...merge, chats: chatIds.length, messages }
}

/** Moves the chats of a client, or the chats that are assigned to an operator. Returns their ids. */
async function moveChats(client: pg.Client, { role, keptId, removedId }: Merge): Promise<number[]> {
  const column = role === 'client' ? 'user_id' : 'operator_id'
  const { rows } = await client.query<{ id: string }>(
    `with own as (select id from chats where ${column} = $1 order by id for update)
     update chats set ${column} = $2, rev = rev + 1 from own where chats.id = own.id returning chats.id`,
    [removedId, keptId],
  )
  return rows.map(({ id }) => Number(id))
}

/**
 * Moves messages, events and marks. A client acts only in its own chats, which an index finds. An operator may have
 * acted in any chat, so the tables are scanned. Returns the number of moved messages.
 */
async function moveLog(client: pg.Client, { role, keptId, removedId }: Merge, chatIds: number[]): Promise<number> {
  const isClient = role === 'client'
  const of = (column: string) => (isClient ? `${column} = any($3::bigint[]) and` : '')
  const values = isClient ? [removedId, keptId, chatIds] : [removedId, keptId]
  await client.query(
    `update chats set created_by = $2, client_chat_id = case when exists (
         select from chats as first where first.created_by = $2 and first.client_chat_id = chats.client_chat_id)
       then null else client_chat_id end
     where ${of('id')} created_by = $1`,
    values,
  )
  const { rowCount } = await client.query(
    `update messages set user_id = $2, client_msg_id = case when exists (
         select from messages as first where first.user_id = $2 and first.client_msg_id = messages.client_msg_id)
       then null else client_msg_id end
     where ${of('chat_id')} user_id = $1`,
    values,
  )
  await client.query(`update chat_events set actor_id = $2 where ${of('chat_id')} actor_id = $1`, values)
  await client.query(moveMarks(of('chat_id')), values)
  if (!isClient) await client.query(moveAssignments, values)
  return rowCount ?? 0
}

const moveAssignments = `update chat_events set data = jsonb_set(data, '{operator,id}', to_jsonb($2::bigint))
  where kind = 'assigned' and data -> 'operator' -> 'id' = to_jsonb($1::bigint)`

/** If both users have a mark in a chat, each column keeps the greater value. */
const moveMarks = (where: string) => `
  with gone as (delete from chat_marks where ${where} user_id = $1 returning *)
  insert into chat_marks (chat_id, user_id, role, delivered_seq, read_seq, read_count, updated_at)
    select chat_id, $2::bigint, role, delivered_seq, read_seq, read_count, updated_at from gone
  on conflict (chat_id, user_id) do update set
    delivered_seq = greatest(chat_marks.delivered_seq, excluded.delivered_seq),
    read_seq = greatest(chat_marks.read_seq, excluded.read_seq),
    read_count = greatest(chat_marks.read_count, excluded.read_count),
    updated_at = greatest(chat_marks.updated_at, excluded.updated_at)`

/** Locks rows in the same order as the queries of presence, because other processes write them meanwhile. */
async function movePresence(client: pg.Client, ids: number[]): Promise<void> {
  await client.query('select from connected_users where user_id = $1 for update', ids.slice(0, 1))
  await client.query('select from presence where user_id = any($1::bigint[]) order by user_id for update', [ids])
  await client.query(presenceMove, ids)
}

/**
 * If both users have a presence, each column keeps the greater value. A process in which the removed user is connected
 * knows that user only by the old id, so it would never remove a row of the kept one. So its connection keeps the kept
 * user online until the lease would expire.
 */
const presenceMove = `
  with gone as (delete from presence where user_id = $1 returning role, seen_at, online_until),
  disconnected as (delete from connected_users using process_leases where user_id = $1 and process_leases.id = lease_id
    returning role, renewed_at, greatest(renewed_at, expires_at))
  insert into presence (user_id, role, seen_at, online_until)
    select $2::bigint, role, max(seen_at), max(online_until)
    from (select * from gone union all select * from disconnected) as removed group by role
  on conflict (user_id) do update set seen_at = greatest(presence.seen_at, excluded.seen_at),
    online_until = greatest(presence.online_until, excluded.online_until)`
