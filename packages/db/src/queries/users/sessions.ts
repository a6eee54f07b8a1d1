import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, eq, gt, lte, notExists, sql } from 'drizzle-orm'
import { numberArray, textArray } from '../../array-text.ts'
import type { Database } from '../../database.ts'
import { preparedOnce } from '../../prepared.ts'
import { sessions } from '../../schema/sessions.ts'
import { users } from '../../schema/users.ts'
import type { Executor } from '../../transaction.ts'
import { GatheredReads } from '../gathered-reads.ts'

export const sessionAuthModes = ['open', 'secure'] as const
export type SessionAuthMode = (typeof sessionAuthModes)[number]
export type SessionRow = { sessionId: number; authMode: SessionAuthMode; userId: UserId; role: Role; name: string }

export function prepareSessionReads(orm: Database['orm']) {
  const byTokenHash = orm
    .select({
      sessionId: sessions.id,
      authMode: sessions.authMode,
      userId: users.id,
      role: users.role,
      name: users.name,
      tokenHash: sessions.tokenHash,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(sql`${sessions.tokenHash} = any(${sql.placeholder('tokenHashes')})`)
    .prepare('sessions_by_token_hash')
  const gathered = new GatheredReads({
    read: async (tokenHashes: string[]) => {
      const rows = await byTokenHash.execute({ tokenHashes })
      return new Map(rows.map((row) => [row.tokenHash, row]))
    },
    atOnceMax: 2,
  })
  return {
    /** Returns undefined for an unknown token and for an expired session. */
    async find(tokenHash: string, now: Date): Promise<SessionRow | undefined> {
      const row = await gathered.get(tokenHash)
      if (row === undefined || row.expiresAt <= now) return undefined
      const { sessionId, authMode, userId, role, name } = row
      return { sessionId, authMode, userId, role, name }
    },
  }
}

export async function insertSession(
  executor: Executor,
  session: { userId: UserId; tokenHash: string; authMode: SessionAuthMode; createdAt: Date; expiresAt: Date },
): Promise<void> {
  await executor.insert(sessions).values(session).prepare('session_insert').execute()
}

export async function deleteSession(executor: Executor, sessionId: number): Promise<void> {
  await executor.delete(sessions).where(eq(sessions.id, sessionId)).prepare('session_delete').execute()
}

export async function deleteExpiredSessions(executor: Executor, userId: UserId, now: Date): Promise<void> {
  await executor
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), lte(sessions.expiresAt, now)))
    .prepare('session_delete_expired')
    .execute()
}

/**
 * Returns which of the given sessions have ended, have expired, or are of another mode than these. Takes any number of
 * sessions.
 */
export async function findEndedSessions(
  executor: Executor,
  { sessionIds, authModes, now }: { sessionIds: readonly number[]; authModes: readonly SessionAuthMode[]; now: Date },
): Promise<number[]> {
  const rows = await endedSessions(executor).execute({
    sessionIds: numberArray(sessionIds),
    authModes: textArray(authModes),
    now,
  })
  return rows.map(({ id }) => id)
}

/**
 * The ids are one array. A parameter for each id would limit their number to 65,535, and every number of parameters
 * would be another statement to plan. Most have not ended, so those that have are the short answer.
 */
const endedSessions = preparedOnce((executor) => {
  const isActive = executor
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.id, sql`held.id`),
        gt(sessions.expiresAt, sql.placeholder('now')),
        sql`${sessions.authMode} = any(${sql.placeholder('authModes')}::text[])`,
      ),
    )
  return executor
    .select({ id: sql`held.id`.mapWith(Number) })
    .from(sql`unnest(${sql.placeholder('sessionIds')}::bigint[]) as held (id)`)
    .where(notExists(isActive))
    .prepare('sessions_ended')
})
