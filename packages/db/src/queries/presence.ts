import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, type SQL, sql } from 'drizzle-orm'
import { presence } from '../schema/presence.ts'
import type { Executor } from '../transaction.ts'

export type Person = { userId: UserId; role: Role }

/** These people are here, and count as here for so long without another word. One statement however many they are. */
export function tellHere(executor: Executor, people: readonly Person[], expiryMs: number): Promise<unknown> {
  return upsert(executor, people, {
    untilMs: expiryMs,
    onlineUntil: sql`greatest(${presence.onlineUntil}, excluded.online_until)`,
  })
}

/** These people have left this process, and count as here for a moment more, if no other process has them. */
export function tellGone(executor: Executor, people: readonly Person[], graceMs: number): Promise<unknown> {
  return upsert(executor, people, {
    untilMs: graceMs,
    onlineUntil: sql`least(${presence.onlineUntil}, excluded.online_until)`,
  })
}

/** Rows are locked in one order, so that processes which tell of the same people never wait in a ring. */
function upsert(
  executor: Executor,
  people: readonly Person[],
  { untilMs, onlineUntil }: { untilMs: number; onlineUntil: SQL },
): Promise<unknown> {
  const list = (field: keyof Person) => sql.param(people.map((person) => person[field]))
  // All columns of the table, in their order.
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
/** Word for word the condition of the index: a plan for any parameter could not use it. */
const isOperator = sql`${presence.role} = 'operator'`

/** Is any operator here? */
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

/** Which of these are clients who are here, in no order. Costs as much as the list is long, however many were ever here. */
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

/** Who of these is here, and when each was last. Who never was has no row. */
export function readPresence(executor: Executor, userIds: readonly UserId[]): Promise<StoredPresence[]> {
  return executor
    .select({ userId: presence.userId, online: isOnline, seenAt: presence.seenAt })
    .from(presence)
    .where(isAmong(userIds))
    .prepare('presence_of')
    .execute()
}
