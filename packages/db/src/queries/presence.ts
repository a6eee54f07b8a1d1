import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, type SQL, sql } from 'drizzle-orm'
import { presence } from '../schema/presence.ts'
import type { Executor } from '../transaction.ts'

export type PresenceUser = { userId: UserId; role: Role }

/**
 * Stores that these users are connected to this process. Without another call they count as online for `expiryMs`. It
 * is one statement, however many users there are.
 */
export function tellHere(executor: Executor, people: readonly PresenceUser[], expiryMs: number): Promise<unknown> {
  return upsert(executor, people, {
    untilMs: expiryMs,
    onlineUntil: sql`greatest(${presence.onlineUntil}, excluded.online_until)`,
  })
}

/**
 * Stores that these users have no connection to this process any more. They count as online for at most `graceMs` more.
 * If they are connected to another process, its next `tellHere` extends that time.
 */
export function tellGone(executor: Executor, people: readonly PresenceUser[], graceMs: number): Promise<unknown> {
  return upsert(executor, people, {
    untilMs: graceMs,
    onlineUntil: sql`least(${presence.onlineUntil}, excluded.online_until)`,
  })
}

/** Rows are locked in one order, so that processes that write the same users do not deadlock. */
function upsert(
  executor: Executor,
  people: readonly PresenceUser[],
  { untilMs, onlineUntil }: { untilMs: number; onlineUntil: SQL },
): Promise<unknown> {
  const list = (field: keyof PresenceUser) => sql.param(people.map((person) => person[field]))
  // All columns of the table, in the order of the table.
  const told = sql`select told.user_id, told.role, now(), now() + make_interval(secs => ${untilMs / 1000})
    from unnest(${list('userId')}::bigint[], ${list('role')}::text[]) as told (user_id, role)
    order by told.user_id`
  return executor
    .insert(presence)
    .select(told)
    .onConflictDoUpdate({
      target: presence.userId,
      set: { seenAt: sql`greatest(${presence.seenAt}, excluded.seen_at)`, onlineUntil },
    })
    .execute()
}

const isAmong = (userIds: readonly UserId[]) => sql`${presence.userId} = any(${sql.param([...userIds])}::bigint[])`
const isOnline = sql<boolean>`${presence.onlineUntil} > now()`
/** The condition of the partial index, as a constant. With a parameter a generic plan could not use that index. */
const isOperator = sql`${presence.role} = 'operator'`

/** Reports whether any operator is online. */
export async function readOperatorsOnline(executor: Executor): Promise<boolean> {
  const found = await executor
    .select({ userId: presence.userId })
    .from(presence)
    .where(and(isOperator, isOnline))
    .limit(1)
    .prepare('presence_operators')
    .execute()
  return found.length > 0
}

/**
 * Returns which of these users are clients and online, in no order. The cost depends only on the length of the list.
 */
export async function readOnlineClients(executor: Executor, userIds: readonly UserId[]): Promise<UserId[]> {
  const found = await executor
    .select({ userId: presence.userId })
    .from(presence)
    .where(and(isAmong(userIds), sql`${presence.role} = 'client'`, isOnline))
    .prepare('presence_online')
    .execute()
  return found.map(({ userId }) => userId)
}

export type StoredPresence = { userId: UserId; online: boolean; seenAt: Date }

/**
 * Returns which of these users are online, and when each was last. A user who never was online is not in the result.
 */
export function readPresence(executor: Executor, userIds: readonly UserId[]): Promise<StoredPresence[]> {
  return executor
    .select({ userId: presence.userId, online: isOnline, seenAt: presence.seenAt })
    .from(presence)
    .where(isAmong(userIds))
    .prepare('presence_of')
    .execute()
}
