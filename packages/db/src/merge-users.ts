import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type pg from 'pg'

/** Two users of one role whose addresses are one. The older one stays and has everything of the other. */
export type UserMerge = { role: Role; keptId: UserId; removedId: UserId; chats: number; messages: number }

export type Merge = { role: Role; keptId: UserId; removedId: UserId }

/**
 * Gives everything of one user to another and removes it, as a part of a transaction. First the chats, whose rows are locked
 * by that. An id that both have given to a message or a chat stays with the one who is kept: then a repeat
 * of the other's send is not known any more.
 */
export async function mergeUsers(client: pg.Client, merge: Merge): Promise<UserMerge> {
  const chatIds = await moveChats(client, merge)
  const messages = await moveLog(client, merge, chatIds)
  const ids = [merge.removedId, merge.keptId]
  await client.query(movePresence, ids)
  await client.query('update sessions set user_id = $2 where user_id = $1', ids)
  await client.query('delete from users where id = $1', [merge.removedId])
  // The log says other ids now, so what programs hold of it is of another history.
  await client.query('update deployment set seed = gen_random_uuid()::text')
  return { ...merge, chats: chatIds.length, messages }
}

/** The chats of a client, or those that an operator has. */
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
 * A client acts in its own chats only, which an index finds. An operator acts in any, so the tables are read whole.
 * Answers how many messages moved.
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

/** Of two marks, and of two presences, the furthest of each kind. */
const moveMarks = (where: string) => `
  with gone as (delete from chat_marks where ${where} user_id = $1 returning *)
  insert into chat_marks (chat_id, user_id, role, delivered_seq, read_seq, read_count, updated_at)
    select chat_id, $2::bigint, role, delivered_seq, read_seq, read_count, updated_at from gone
  on conflict (chat_id, user_id) do update set
    delivered_seq = greatest(chat_marks.delivered_seq, excluded.delivered_seq),
    read_seq = greatest(chat_marks.read_seq, excluded.read_seq),
    read_count = greatest(chat_marks.read_count, excluded.read_count),
    updated_at = greatest(chat_marks.updated_at, excluded.updated_at)`

const movePresence = `
  with gone as (delete from presence where user_id = $1 returning *)
  insert into presence (user_id, role, seen_at, online_until)
    select $2::bigint, role, seen_at, online_until from gone
  on conflict (user_id) do update set seen_at = greatest(presence.seen_at, excluded.seen_at),
    online_until = greatest(presence.online_until, excluded.online_until)`
