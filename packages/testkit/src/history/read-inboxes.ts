import type { Role } from '@deskbell/contract/users'
import type { Database } from '@deskbell/db/database'
import type { InboxRow } from './history-line.ts'
import type { StoredInbox } from './run-record.ts'

export type InboxOwner = { who: string; userId: number; role: Role }

/** Returns what the inboxes must show of these chats, computed row by row. The chats must include all open ones. */
export async function readInboxes(
  db: Pick<Database, 'pool'>,
  owners: readonly InboxOwner[],
  chatIds: readonly number[],
): Promise<Map<string, StoredInbox>> {
  const { rows } = await db.pool.query<InboxRow & { userId: number }>(inboxQuery, [
    owners.map((owner) => owner.userId),
    owners.map((owner) => owner.role),
    chatIds,
  ])
  const byOwner = Map.groupBy(rows, (row) => row.userId)
  return new Map(
    owners.map((owner) => {
      const own = (byOwner.get(owner.userId) ?? []).map(({ userId: _userId, ...row }) => row)
      return [owner.who, { rows: own, counts: countsOf(own, owner) }]
    }),
  )
}

/** An operator who has read nothing of a chat counts from the highest read mark of the other operators. */
const inboxQuery = `
  with owners as (select * from unnest($1::bigint[], $2::text[]) as owner (user_id, role)),
  positions as (
    select o.user_id, o.role, c.id, c.rev, c.status, c.operator_id,
      coalesce(
        (select read_seq from chat_marks k where k.chat_id = c.id and k.user_id = o.user_id and read_seq > 0),
        (select max(read_seq) from chat_marks k where k.chat_id = c.id and k.role = 'operator' and o.role = 'operator'),
        0) as read_seq
    from owners o join chats c on c.id = any($3) and (o.role = 'operator' or c.user_id = o.user_id))
  select user_id::float8 as "userId", id::float8 as "chatId", rev::float8 as rev,
    (select count(*)::float8 from messages m where m.chat_id = p.id and m.seq > p.read_seq
      and m.direction = case p.role when 'client' then 'out' else 'in' end) as unread,
    status, operator_id::float8 as "operatorId"
  from positions p order by 1, 2`

function countsOf(rows: readonly InboxRow[], { userId, role }: InboxOwner): StoredInbox['counts'] {
  const open = rows.filter((row) => row.status === 'open')
  return {
    open: open.length,
    mine: role === 'client' ? open.length : open.filter((row) => row.operatorId === userId).length,
    unassigned: open.filter((row) => row.operatorId === null).length,
    unread: open.reduce((sum, row) => sum + row.unread, 0),
  }
}
