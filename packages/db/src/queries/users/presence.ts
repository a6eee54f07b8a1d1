import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, eq, max, type SQLWrapper, sql } from 'drizzle-orm'
import { union, unionAll } from 'drizzle-orm/pg-core'
import { numberArray, textArray } from '../../array-text.ts'
import { connectedUsers, presence, processLeases } from '../../schema/presence.ts'
import type { Executor } from '../../transaction.ts'

/*
 * Writes lock rows in one order (the lease, its connected users, `presence` by user id), so that processes that write
 * the same users do not deadlock.
 */

export type PresenceUser = { userId: UserId; role: Role }

/** The lease of a process, and for how long each write of the process extends it. */
export type Lease = { leaseId: number; expiryMs: number }

const after = (ms: number) => sql`now() + make_interval(secs => ${ms / 1000})`

/** Extends a lease, also an expired one, unless another process has ended it. */
const extended = ({ leaseId, expiryMs }: Lease) => sql`update ${processLeases}
  set renewed_at = now(), expires_at = ${after(expiryMs)} where id = ${leaseId} and expires_at > '-infinity' returning id`

/** A common table expression with the rows of these users. */
const inputOf = (users: readonly PresenceUser[]) => sql`input (user_id, role) as (
    select * from unnest(${numberArray(users.map(({ userId }) => userId))}::bigint[],
      ${textArray(users.map(({ role }) => role))}::text[]))`

/** Opens a lease for a process and returns its id. */
export async function openLease(executor: Executor, expiryMs: number): Promise<number> {
  const { rows } = await executor.execute<{ id: string }>(
    sql`insert into ${processLeases} (renewed_at, expires_at) values (now(), ${after(expiryMs)}) returning id`,
  )
  return Number(rows[0]?.id)
}

/**
 * Renews the lease of a process: one row, however many users it has. `isAlive` is false if another process has ended
 * it. `expired` are other leases that are expired, at most a hundred.
 */
export async function renewLease(executor: Executor, lease: Lease): Promise<{ isAlive: boolean; expired: number[] }> {
  const { rows } = await executor.execute<{ is_alive: boolean; expired: string[] }>(sql`
    with renewed as (${extended(lease)})
    select exists (select from renewed) as is_alive, array(select id from ${processLeases}
      where id <> ${lease.leaseId} and expires_at <= now() order by id limit 100) as expired`)
  const [row] = rows
  return { isAlive: row?.is_alive === true, expired: (row?.expired ?? []).map(Number) }
}

/**
 * Stores that these users are connected to the process of this lease, and renews the lease. Returns false, and stores
 * nothing, if another process has ended the lease.
 */
export async function writeConnected(
  executor: Executor,
  lease: Lease,
  users: readonly PresenceUser[],
): Promise<boolean> {
  const { rows } = await executor.execute(sql`
    with ${inputOf(users)},
    lease as (${extended(lease)}),
    written as (
      insert into ${connectedUsers} (user_id, lease_id, role)
      select input.user_id, lease.id, input.role from input cross join lease
      on conflict do nothing)
    select id from lease`)
  return rows.length > 0
}

/**
 * Stores that these users have no connection to the process of this lease any more. From now on they are online for
 * `graceMs`, and for longer only if they are connected to another process.
 */
export async function writeDisconnected(
  executor: Executor,
  { leaseId, graceMs }: { leaseId: number | null; graceMs: number },
  users: readonly PresenceUser[],
): Promise<void> {
  // The join with `removed` makes the statement remove rows before it locks rows of `presence`.
  await executor.execute(sql`
    with ${inputOf(users)},
    lease as (select id from ${processLeases} where id = ${leaseId}::bigint for update),
    removed as (
      delete from ${connectedUsers} using lease, input
      where ${connectedUsers.leaseId} = lease.id and ${connectedUsers.userId} = input.user_id
      returning 1)
    insert into ${presence} (user_id, role, seen_at, online_until)
    select input.user_id, input.role, now(), ${after(graceMs)}
      from input cross join (select count(*) from removed) as done order by input.user_id
    on conflict (user_id) do update set seen_at = greatest(${presence.seenAt}, excluded.seen_at),
      online_until = greatest(${presence.onlineUntil}, excluded.online_until)`)
}

/**
 * Ends those of these leases that are still expired, and returns their ids, also of those that were ended before. Their
 * processes cannot renew them any more.
 */
export async function endExpiredLeases(executor: Executor, leaseIds: readonly number[]): Promise<number[]> {
  const { rows } = await executor.execute<{ id: string }>(sql`update ${processLeases} set expires_at = '-infinity'
    where id = any(${numberArray(leaseIds)}::bigint[]) and expires_at <= now() returning id`)
  return rows.map(({ id }) => Number(id))
}

/**
 * Removes at most `rowsMax` connected users of ended leases, and stores that they were last online when the lease was
 * renewed last. Leaves out leases from which another process is removing users at the same time.
 */
export async function removeUsersOfEnded(
  executor: Executor,
  { leaseIds, rowsMax }: { leaseIds: readonly number[]; rowsMax: number },
): Promise<void> {
  // A user may have been connected to several of the processes.
  await executor.execute(sql`
    with lease as (
      select id, renewed_at from ${processLeases}
      where id = any(${numberArray(leaseIds)}::bigint[]) and expires_at = '-infinity'
      order by id for update skip locked),
    removed as (
      delete from ${connectedUsers} using lease
      where ${connectedUsers.leaseId} = lease.id and (${connectedUsers.userId}, ${connectedUsers.leaseId}) in (
        select user_id, lease_id from ${connectedUsers}
        where lease_id = any(${numberArray(leaseIds)}::bigint[]) limit ${rowsMax})
      returning ${connectedUsers.userId}, ${connectedUsers.role}, lease.renewed_at)
    insert into ${presence} (user_id, role, seen_at, online_until)
    select user_id, role, max(renewed_at), max(renewed_at) from removed group by user_id, role order by user_id
    on conflict (user_id) do update set seen_at = greatest(${presence.seenAt}, excluded.seen_at)`)
}

/** Removes leases that have no connected users. */
export async function removeEmptyLeases(executor: Executor, leaseIds: readonly number[]): Promise<void> {
  await executor.execute(sql`delete from ${processLeases} where id = any(${numberArray(leaseIds)}::bigint[])
    and not exists (select from ${connectedUsers} where ${connectedUsers.leaseId} = ${processLeases.id})`)
}

const isAmong = (column: SQLWrapper, userIds: readonly UserId[]) =>
  sql`${column} = any(${sql.param([...userIds])}::bigint[])`
/** Roles are constants, because with a parameter a generic plan could not use the partial indexes of operators. */
const hasRole = (column: SQLWrapper, role: Role) => sql`${column} = ${sql.raw(`'${role}'`)}`
const isLeaseAlive = sql<boolean>`${processLeases.expiresAt} > now()`
const isInGrace = sql<boolean>`${presence.onlineUntil} > now()`

/** Reports whether any operator is online. */
export async function readOperatorsOnline(executor: Executor): Promise<boolean> {
  const connected = executor
    .select({ userId: connectedUsers.userId })
    .from(connectedUsers)
    .innerJoin(processLeases, eq(processLeases.id, connectedUsers.leaseId))
    .where(and(hasRole(connectedUsers.role, 'operator'), isLeaseAlive))
  const inGrace = executor
    .select({ userId: presence.userId })
    .from(presence)
    .where(and(hasRole(presence.role, 'operator'), isInGrace))
  const found = await unionAll(connected, inGrace).limit(1).prepare('presence_operators').execute()
  return found.length > 0
}

/**
 * Returns which of these users are clients and online, in no order. The cost depends only on the length of the list.
 */
export async function readOnlineClients(executor: Executor, userIds: readonly UserId[]): Promise<UserId[]> {
  const connected = executor
    .select({ userId: connectedUsers.userId })
    .from(connectedUsers)
    .innerJoin(processLeases, eq(processLeases.id, connectedUsers.leaseId))
    .where(and(isAmong(connectedUsers.userId, userIds), hasRole(connectedUsers.role, 'client'), isLeaseAlive))
  const inGrace = executor
    .select({ userId: presence.userId })
    .from(presence)
    .where(and(isAmong(presence.userId, userIds), hasRole(presence.role, 'client'), isInGrace))
  const found = await union(connected, inGrace).prepare('presence_online').execute()
  return found.map(({ userId }) => userId)
}

export type StoredPresence = { userId: UserId; online: boolean; seenAt: Date }

/**
 * Returns which of these users are online, and when each was last. A user who never was online is not in the result.
 */
export async function readPresence(executor: Executor, userIds: readonly UserId[]): Promise<StoredPresence[]> {
  const connected = executor
    .select({
      userId: connectedUsers.userId,
      online: isLeaseAlive.as('online'),
      seenAt: processLeases.renewedAt,
    })
    .from(connectedUsers)
    .innerJoin(processLeases, eq(processLeases.id, connectedUsers.leaseId))
    .where(isAmong(connectedUsers.userId, userIds))
  const disconnected = executor
    .select({ userId: presence.userId, online: isInGrace.as('online'), seenAt: presence.seenAt })
    .from(presence)
    .where(isAmong(presence.userId, userIds))
  const rows = unionAll(connected, disconnected).as('rows')
  const found = await executor
    .select({ userId: rows.userId, online: sql<boolean>`bool_or(${rows.online})`, seenAt: max(rows.seenAt) })
    .from(rows)
    .groupBy(rows.userId)
    .prepare('presence_of')
    .execute()
  return found.flatMap(({ seenAt, ...row }) => (seenAt === null ? [] : [{ ...row, seenAt }]))
}
