import type { UserId } from '@deskbell/contract/ids'
import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { numberArray } from '../../array-text.ts'
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
