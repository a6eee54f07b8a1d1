import type { UserId } from '@deskbell/contract/ids'
import type { Access } from '@deskbell/contract/users'
import { and, asc, eq, exists, gt, inArray, isNotNull, isNull, lte, ne, not, type SQL, sql } from 'drizzle-orm'
import { accounts, links, signInTries } from '../../schema/accounts.ts'
import { chats } from '../../schema/chats.ts'
import { presence } from '../../schema/presence.ts'
import { challenges, passkeys, recoveryCodes, totpSecrets } from '../../schema/second-factors.ts'
import { sessions } from '../../schema/sessions.ts'
import { users } from '../../schema/users.ts'
import type { Executor, Tx } from '../../transaction.ts'
import type { SessionAuthMode } from './sessions.ts'
import { type UserRow, userFields } from './users.ts'

export type AccountRow = { userId: UserId; access: Access; passwordHash: string; disabledAt: Date | null }

export const accountFields = {
  userId: accounts.userId,
  access: accounts.access,
  passwordHash: accounts.passwordHash,
  disabledAt: accounts.disabledAt,
}

/** Returns the operator of an address with its account; undefined without one. */
export async function findAccountByEmail(
  executor: Executor,
  email: string,
): Promise<{ user: UserRow; account: AccountRow } | undefined> {
  const rows = await executor
    .select({ user: userFields, account: accountFields })
    .from(users)
    .innerJoin(accounts, eq(accounts.userId, users.id))
    .where(and(eq(users.email, email), eq(users.role, 'operator')))
  return rows[0]
}

export async function findAccount(executor: Executor, userId: UserId): Promise<AccountRow | undefined> {
  const rows = await executor.select(accountFields).from(accounts).where(eq(accounts.userId, userId))
  return rows[0]
}

/** Inserts an account. Returns false if the user has one. */
export async function insertAccount(
  tx: Tx,
  account: { userId: UserId; access: Access; passwordHash: string },
): Promise<boolean> {
  const { rowCount } = await tx.insert(accounts).values(account).onConflictDoNothing()
  return rowCount === 1
}

/** Replaces a password. Returns false if it is not the one of `before` any more. */
export async function replacePassword(
  tx: Tx,
  { userId, before, passwordHash }: { userId: UserId; before: string; passwordHash: string },
): Promise<boolean> {
  const { rowCount } = await tx
    .update(accounts)
    .set({ passwordHash })
    .where(and(eq(accounts.userId, userId), eq(accounts.passwordHash, before)))
  return rowCount === 1
}

/** Locks all admins until the transaction ends, in one order, and returns them. */
export async function lockAdmins(tx: Tx): Promise<AccountRow[]> {
  return await tx
    .select(accountFields)
    .from(accounts)
    .where(eq(accounts.access, 'admin'))
    .orderBy(asc(accounts.userId))
    .for('update')
}

/** Sets a password that was forgotten. Returns false for an account that is disabled. */
export async function setPassword(tx: Tx, userId: UserId, passwordHash: string): Promise<boolean> {
  const { rowCount } = await tx
    .update(accounts)
    .set({ passwordHash })
    .where(and(eq(accounts.userId, userId), isNull(accounts.disabledAt)))
  return rowCount === 1
}

/** Changes an account. Returns false if there is none. */
export async function updateAccount(
  tx: Tx,
  userId: UserId,
  change: { access?: Access; disabledAt?: Date | null },
): Promise<boolean> {
  const { rowCount } = await tx.update(accounts).set(change).where(eq(accounts.userId, userId))
  return rowCount === 1
}

/**
 * Deletes the sessions of a user, except one. Returns their ids. Locks the user, as a sign-in does: one at the same moment
 * is either over, and its session found here, or sees what this transaction has changed.
 */
export async function deleteSessionsOf(tx: Tx, userId: UserId, exceptId: number | null = null): Promise<number[]> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update')
  const others = exceptId === null ? undefined : ne(sessions.id, exceptId)
  const ended = await tx
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), others))
    .returning({ id: sessions.id })
  return ended.map(({ id }) => id)
}

const operatorFields = {
  id: users.id,
  name: users.name,
  avatarId: users.avatarId,
  email: users.email,
  access: accounts.access,
  disabledAt: accounts.disabledAt,
  seenAt: presence.seenAt,
}
export type OperatorRow = Awaited<ReturnType<typeof listOperators>>[number]

/** Returns all operators by name, those without an account too. */
export async function listOperators(executor: Executor) {
  // The operator of a key has no address.
  return await selectOperators(executor)
    .where(and(eq(users.role, 'operator'), isNotNull(users.email)))
    .orderBy(asc(users.name), asc(users.id))
}

export async function findOperator(executor: Executor, userId: UserId): Promise<OperatorRow | undefined> {
  const rows = await selectOperators(executor).where(and(eq(users.id, userId), eq(users.role, 'operator')))
  return rows[0]
}

/** Returns whether somebody can act as this operator in this mode. */
export async function isOperatorActive(
  executor: Executor,
  { operatorId, authMode }: { operatorId: UserId; authMode: SessionAuthMode },
): Promise<boolean> {
  const rows = await executor
    .select({ id: users.id })
    .from(users)
    .leftJoin(accounts, eq(accounts.userId, users.id))
    .where(and(eq(users.id, operatorId), eq(users.role, 'operator'), isActive(executor, authMode)))
  return rows.length > 0
}

/** Finds operators who have open chats, and as whom nobody can act in this mode. */
export async function findInactiveOwners(
  executor: Executor,
  authMode: SessionAuthMode,
  limit: number,
): Promise<{ id: UserId; name: string }[]> {
  return await executor
    .selectDistinct({ id: users.id, name: users.name })
    .from(chats)
    .innerJoin(users, eq(users.id, chats.operatorId))
    .leftJoin(accounts, eq(accounts.userId, users.id))
    .where(and(eq(chats.status, 'open'), not(isActive(executor, authMode))))
    .limit(limit)
}

/** By an account that is not disabled, in open mode by an address, or by a key: its operator has no address, and its session. */
function isActive(executor: Executor, authMode: SessionAuthMode): SQL {
  const hasAccount = sql`${accounts.userId} is not null and ${accounts.disabledAt} is null`
  const hasSession = exists(
    executor
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.userId, users.id), eq(sessions.authMode, authMode))),
  )
  return sql`case when ${users.email} is null then ${hasSession} else ${authMode === 'open' ? sql`true` : hasAccount} end`
}

function selectOperators(executor: Executor) {
  return executor
    .select(operatorFields)
    .from(users)
    .leftJoin(accounts, eq(accounts.userId, users.id))
    .leftJoin(presence, eq(presence.userId, users.id))
}

export type LinkKind = (typeof links.$inferSelect)['kind']
/** Whom the link lets in. */
export type LinkRow = { email: string | null; access: Access | null; userId: UserId | null }
export const linkFields = { email: links.email, access: links.access, userId: links.userId }

export async function insertLink(
  tx: Tx,
  link: Omit<typeof links.$inferInsert, 'id'>,
): Promise<{ id: number; expiresAt: Date }> {
  const rows = await tx.insert(links).values(link).returning({ id: links.id, expiresAt: links.expiresAt })
  const row = rows[0]
  if (row === undefined) throw new Error('An insert gave no row.')
  return row
}

type LinkToken = { kind: LinkKind; tokenHash: string; now: Date }

const isLink = ({ kind, tokenHash, now }: LinkToken) =>
  and(eq(links.kind, kind), eq(links.tokenHash, tokenHash), gt(links.expiresAt, now))

/** Returns a link that can still be used, without using it. */
export async function findLink(executor: Executor, token: LinkToken): Promise<LinkRow | undefined> {
  const rows = await executor.select(linkFields).from(links).where(isLink(token))
  return rows[0]
}

/** Uses a link up. Of several calls with the same token one gets it. */
export async function takeLink(tx: Tx, token: LinkToken): Promise<LinkRow | undefined> {
  const rows = await tx.delete(links).where(isLink(token)).returning(linkFields)
  return rows[0]
}

export async function deleteSetupLinks(tx: Tx): Promise<void> {
  await tx.delete(links).where(eq(links.kind, 'setup'))
}

/** An invitation replaces the earlier ones of the same address. */
export async function deleteInvitations(tx: Tx, email: string): Promise<void> {
  await tx.delete(links).where(and(eq(links.kind, 'invitation'), eq(links.email, email)))
}

/** Whoever has an older link to choose a password must not use it after a change. */
export async function deleteResetLinks(tx: Tx, userId: UserId): Promise<void> {
  await tx.delete(links).where(and(eq(links.kind, 'reset'), eq(links.userId, userId)))
}

/** Deletes everything by which a user proves who it is, besides the password. */
export async function deleteFactors(tx: Tx, userId: UserId): Promise<void> {
  for (const table of [passkeys, totpSecrets, recoveryCodes]) await tx.delete(table).where(eq(table.userId, userId))
}

/**
 * Counts a try for each key, all in one statement, and returns how often each was tried in its window. A window that has
 * ended begins anew.
 */
export async function countTries(
  executor: Executor,
  { keys, now, endsAt }: { keys: readonly string[]; now: Date; endsAt: Date },
): Promise<Map<string, { count: number; endsAt: Date }>> {
  const isOver = lte(signInTries.endsAt, sql.param(now, signInTries.endsAt))
  const rows = await executor
    .insert(signInTries)
    .values([...keys].sort().map((key) => ({ key, count: 1, endsAt })))
    .onConflictDoUpdate({
      target: signInTries.key,
      set: {
        count: sql`case when ${isOver} then 1 else ${signInTries.count} + 1 end`,
        endsAt: sql`case when ${isOver} then excluded.ends_at else ${signInTries.endsAt} end`,
      },
    })
    .returning()
  return new Map(rows.map(({ key, ...rest }) => [key, rest]))
}

export async function forgetTries(executor: Executor, keys: readonly string[]): Promise<void> {
  await executor.delete(signInTries).where(inArray(signInTries.key, [...keys]))
}

/** Deletes links and challenges that have expired, and windows that are over. */
export async function pruneSignIns(executor: Executor, now: Date): Promise<void> {
  await executor.delete(links).where(lte(links.expiresAt, now))
  await executor.delete(signInTries).where(lte(signInTries.endsAt, now))
  await executor.delete(challenges).where(lte(challenges.expiresAt, now))
}
