import type { Scope } from '@deskbell/contract/access/keys'
import type { UserId } from '@deskbell/contract/ids'
import type { Access, Role } from '@deskbell/contract/users'
import { and, count, desc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm'
import { numberArray } from '../../array-text.ts'
import type { Database } from '../../database.ts'
import { preparedOnce } from '../../prepared.ts'
import { accounts } from '../../schema/accounts.ts'
import { sessions } from '../../schema/sessions.ts'
import { users } from '../../schema/users.ts'
import type { Executor, Tx } from '../../transaction.ts'
import { GatheredReads } from '../gathered-reads.ts'

/** The mode in which a session was made. It is void in the other. */
export type SessionAuthMode = (typeof sessions.$inferSelect)['authMode']
export type SessionRow = {
  sessionId: number
  authMode: SessionAuthMode
  userId: UserId
  role: Role
  name: string
  avatarId: string | null
  /** Of its account; null for a client and in open mode. */
  access: Access | null
  /** Of a key of a program; null for a person. */
  scopes: Scope[] | null
  createdAt: Date
  /** The last use that was noted; the sign-in before the first. */
  usedAt: Date
}

export function prepareSessionReads(orm: Database['orm']) {
  const byTokenHash = orm
    .select({
      sessionId: sessions.id,
      authMode: sessions.authMode,
      userId: users.id,
      role: users.role,
      name: users.name,
      avatarId: users.avatarId,
      access: accounts.access,
      scopes: sessions.scopes,
      tokenHash: sessions.tokenHash,
      expiresAt: sessions.expiresAt,
      createdAt: sessions.createdAt,
      usedAt: sessions.usedAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(accounts, eq(accounts.userId, users.id))
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
      const { tokenHash: _hash, expiresAt: _end, usedAt, ...session } = row
      return { ...session, usedAt: usedAt ?? session.createdAt }
    },
  }
}

export async function insertSession(
  executor: Executor,
  session: {
    userId: UserId
    tokenHash: string
    authMode: SessionAuthMode
    createdAt: Date
    expiresAt: Date
    provedAt: Date | null
  },
): Promise<void> {
  await executor.insert(sessions).values(session).prepare('session_insert').execute()
}

export async function deleteSession(executor: Executor, sessionId: number): Promise<void> {
  await executor.delete(sessions).where(eq(sessions.id, sessionId)).prepare('session_delete').execute()
}

/** Of a user, made in this mode and not expired. */
type OwnSessions = { userId: UserId; authMode: SessionAuthMode; now: Date }

function isOwn({ userId, authMode, now }: OwnSessions) {
  return and(eq(sessions.userId, userId), eq(sessions.authMode, authMode), gt(sessions.expiresAt, now))
}

/** Returns the active sessions of a user, newest first. */
export async function listSessions(executor: Executor, own: OwnSessions) {
  const { id, createdAt, usedAt } = sessions
  return await executor
    .select({ id, createdAt, usedAt })
    .from(sessions)
    .where(isOwn(own))
    .orderBy(desc(createdAt), desc(id))
}

/** Deletes an active session of this user. Returns false when the user has no such session. */
export async function deleteOwnSession(
  executor: Executor,
  { sessionId, ...own }: OwnSessions & { sessionId: number },
): Promise<boolean> {
  const { rowCount } = await executor.delete(sessions).where(and(eq(sessions.id, sessionId), isOwn(own)))
  return rowCount === 1
}

/**
 * Deletes the expired sessions of a user, and those beyond the `kept` most recently used. Returns the ids of the latter.
 * Locks the user, so that of sign-ins at the same moment each sees the sessions of the one before.
 */
export async function deleteOldSessions(tx: Tx, { userId, now, kept }: { userId: UserId; now: Date; kept: number }) {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update')
  await tx.delete(sessions).where(and(eq(sessions.userId, userId), lte(sessions.expiresAt, now)))
  const old = tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(eq(sessions.userId, userId))
    .orderBy(desc(sql`coalesce(${sessions.usedAt}, ${sessions.createdAt})`), desc(sessions.id))
    .offset(kept)
  const ended = await tx.delete(sessions).where(inArray(sessions.id, old)).returning({ id: sessions.id })
  return ended.map(({ id }) => id)
}

/**
 * Notes the use of a session, unless another process has noted one since `before`. `expiresAt`: when it ends now; null
 * leaves its end as it is.
 */
export async function noteSessionUse(
  executor: Executor,
  { sessionId, now, before, expiresAt }: { sessionId: number; now: Date; before: Date; expiresAt: Date | null },
): Promise<void> {
  const isDue = or(isNull(sessions.usedAt), lte(sessions.usedAt, before))
  await executor
    .update(sessions)
    .set({ usedAt: now, ...(expiresAt && { expiresAt }) })
    .where(and(eq(sessions.id, sessionId), isDue))
}

/** Notes that operators are connected with these sessions. Each ends at `idleEnd`, or at the end of its life, `lifeMs`. */
export async function noteConnectedOperators(
  executor: Executor,
  noted: { sessionIds: readonly number[]; now: Date; idleEnd: Date; lifeMs: number },
): Promise<void> {
  const { sessionIds, now, idleEnd, lifeMs } = noted
  const lifeEnd = sql`${sessions.createdAt} + ${lifeMs} * interval '1 millisecond'`
  const operators = executor.select({ id: users.id }).from(users).where(eq(users.role, 'operator'))
  await executor
    .update(sessions)
    .set({ usedAt: now, expiresAt: sql`least(${lifeEnd}, ${sql.param(idleEnd, sessions.expiresAt)})` })
    .where(
      and(
        sql`${sessions.id} = any(${numberArray(sessionIds)}::bigint[])`,
        sql`${sessions.authMode} = 'secure'`,
        isNull(sessions.scopes),
        gt(sessions.expiresAt, now),
        inArray(sessions.userId, operators),
      ),
    )
}

/** Deletes at most `rowsMax` of all expired sessions. Returns their number. */
export async function pruneSessions(
  executor: Executor,
  { now, rowsMax }: { now: Date; rowsMax: number },
): Promise<number> {
  const expired = executor
    .select({ id: sessions.id })
    .from(sessions)
    .where(lte(sessions.expiresAt, now))
    .orderBy(sessions.expiresAt)
    .limit(rowsMax)
  const { rowCount } = await executor.delete(sessions).where(inArray(sessions.id, expired))
  return rowCount ?? 0
}

/**
 * Returns which of the given sessions have ended, have expired, or are of another mode. Takes any number of different
 * sessions.
 */
export async function findEndedSessions(
  executor: Executor,
  { sessionIds, authMode, now }: { sessionIds: readonly number[]; authMode: SessionAuthMode; now: Date },
): Promise<number[]> {
  const given = { sessionIds: numberArray(sessionIds), authMode, now }
  // Nearly always all are active, and a number says so without a row for each.
  const [counted] = await activeSessionCount(executor).execute(given)
  if (counted?.active === sessionIds.length) return []
  const active = await findActiveSessions(executor, { sessionIds, authMode, now })
  return sessionIds.filter((id) => !active.has(id))
}

/** Returns which of the given sessions are active. For a change, in its transaction, so that no ended session makes one. */
export async function findActiveSessions(
  executor: Executor,
  { sessionIds, authMode, now }: { sessionIds: readonly number[]; authMode: SessionAuthMode; now: Date },
): Promise<ReadonlySet<number>> {
  const rows = await activeSessions(executor).execute({ sessionIds: numberArray(sessionIds), authMode, now })
  return new Set(rows.map(({ id }) => id))
}

const activeSessionCount = preparedOnce((executor) =>
  executor.select({ active: count() }).from(sessions).where(isActiveAmongGiven).prepare('sessions_active_count'),
)

const activeSessions = preparedOnce((executor) =>
  executor.select({ id: sessions.id }).from(sessions).where(isActiveAmongGiven).prepare('sessions_active'),
)

/**
 * The ids are one array. A parameter for each id would limit their number to 65,535, and every number of parameters
 * would be another statement to plan.
 */
const isActiveAmongGiven = and(
  sql`${sessions.id} = any(${sql.placeholder('sessionIds')}::bigint[])`,
  gt(sessions.expiresAt, sql.placeholder('now')),
  sql`${sessions.authMode} = ${sql.placeholder('authMode')}`,
)
