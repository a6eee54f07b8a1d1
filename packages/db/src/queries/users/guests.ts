import type { UserId } from '@deskbell/contract/ids'
import { and, eq, gt, inArray, isNull, lte, max, notExists, sql } from 'drizzle-orm'
import { chats } from '../../schema/chats.ts'
import { connectedUsers, presence } from '../../schema/presence.ts'
import { sessions } from '../../schema/sessions.ts'
import { users } from '../../schema/users.ts'
import type { Executor, Tx } from '../../transaction.ts'

/** The greatest id of a user; 0 without users. */
export async function lastUserId(executor: Executor): Promise<number> {
  const [row] = await executor.select({ id: max(users.id) }).from(users)
  return row?.id ?? 0
}

/**
 * Deletes anonymous clients with ids above `afterId` up to `lastId`, and their sessions: those who have no chat, are not
 * connected, and were neither made nor seen since. Skips those whom another transaction holds. Returns their number.
 */
export async function deleteIdleGuests(
  tx: Tx,
  { afterId, lastId, since }: { afterId: number; lastId: number; since: Date },
): Promise<number> {
  const own = { chats: eq(chats.userId, users.id), sessions: eq(sessions.userId, users.id) }
  const seenAt = sql`coalesce(${sessions.usedAt}, ${sessions.createdAt})`
  const idle = await tx
    .select({ id: users.id })
    .from(users)
    .where(
      and(
        gt(users.id, afterId as UserId),
        lte(users.id, lastId as UserId),
        eq(users.role, 'client'),
        isNull(users.email),
        isNull(users.subject),
        lte(users.createdAt, since),
        notExists(tx.select({ one: sql`1` }).from(chats).where(own.chats)),
        notExists(
          tx
            .select({ one: sql`1` })
            .from(sessions)
            .where(and(own.sessions, gt(seenAt, since))),
        ),
        notExists(tx.select({ one: sql`1` }).from(connectedUsers).where(eq(connectedUsers.userId, users.id))),
      ),
    )
    .orderBy(users.id)
    .for('update', { skipLocked: true })
  const ids = idle.map(({ id }) => id)
  if (ids.length === 0) return 0
  await tx.delete(sessions).where(inArray(sessions.userId, ids))
  await tx.delete(presence).where(inArray(presence.userId, ids))
  await tx.delete(users).where(inArray(users.id, ids))
  return ids.length
}
