import type { UserId } from '@deskbell/contract/ids'
import { and, eq, isNotNull, lt, ne, sql } from 'drizzle-orm'
import { numberArray } from '../../array-text.ts'
import { avatarSources } from '../../schema/avatar-sources.ts'
import { users } from '../../schema/users.ts'
import type { Executor, Tx } from '../../transaction.ts'
import { type UserRow, userFields } from './users.ts'

/**
 * Gives a user another picture, or none. Returns the user, and the name of the picture of before. Locks the user, so that
 * of two changes at once each sees what the one before has left. Undefined where there is no such user.
 */
export async function replaceAvatar(
  tx: Tx,
  { userId, avatarId }: { userId: UserId; avatarId: string | null },
): Promise<{ user: UserRow; before: string | null } | undefined> {
  const isOwn = eq(users.id, userId)
  const [old] = await tx.select({ avatarId: users.avatarId }).from(users).where(isOwn).for('no key update')
  const [user] = await tx.update(users).set({ avatarId }).where(isOwn).returning(userFields)
  return old && user && { user, before: old.avatarId }
}

/** Returns the pictures of those of these users that have one. */
export async function findAvatars(
  executor: Executor,
  userIds: readonly number[],
): Promise<{ userId: UserId; avatarId: string | null }[]> {
  if (userIds.length === 0) return []
  return await executor
    .select({ userId: users.id, avatarId: users.avatarId })
    .from(users)
    .where(and(sql`${users.id} = any(${numberArray(userIds)}::bigint[])`, isNotNull(users.avatarId)))
}

/**
 * Notes where a client's picture is to be fetched. Returns false where that URL was fetched before, was refused, or was
 * asked for at `retryBefore` or later.
 */
export async function wantAvatar(
  tx: Tx,
  { userId, urlHash, now, retryBefore }: { userId: UserId; urlHash: string; now: Date; retryBefore: Date },
): Promise<boolean> {
  const asked = { urlHash, state: 'asked', askedAt: now } as const
  const isOther = ne(avatarSources.urlHash, urlHash)
  const isDue = sql`(${eq(avatarSources.state, 'asked')} and ${lt(avatarSources.askedAt, retryBefore)})`
  const setWhere = sql`${isOther} or ${isDue}`
  const rows = await tx
    .insert(avatarSources)
    .values({ userId, ...asked })
    .onConflictDoUpdate({ target: avatarSources.userId, set: asked, setWhere })
    .returning({ userId: avatarSources.userId })
  return rows.length > 0
}

/** Notes what became of a URL. Returns false where the client has another one now. */
export async function settleAvatarSource(
  executor: Executor,
  { userId, urlHash, state }: { userId: UserId; urlHash: string; state: 'stored' | 'refused' },
): Promise<boolean> {
  const rows = await executor
    .update(avatarSources)
    .set({ state })
    .where(and(eq(avatarSources.userId, userId), eq(avatarSources.urlHash, urlHash)))
    .returning({ userId: avatarSources.userId })
  return rows.length > 0
}

/** Forgets where a client's picture was, so that nothing that is being fetched is shown. */
export async function forgetAvatarSource(tx: Tx, userId: UserId): Promise<void> {
  await tx.delete(avatarSources).where(eq(avatarSources.userId, userId))
}
