import type { Scope } from '@deskbell/contract/access/keys'
import type { UserId } from '@deskbell/contract/ids'
import { asc, eq } from 'drizzle-orm'
import { apiKeys } from '../../schema/accounts.ts'
import { sessions } from '../../schema/sessions.ts'
import { users } from '../../schema/users.ts'
import type { Executor, Tx } from '../../transaction.ts'
import type { SessionAuthMode } from './sessions.ts'

/** The operator of a key, and what the key's session was. */
export type DeletedKey = { sessionId: number; userId: UserId; name: string }

export type NewApiKey = {
  name: string
  tokenHash: string
  scopes: Scope[]
  authMode: SessionAuthMode
  createdBy: UserId
  createdAt: Date
  expiresAt: Date
}

/** Inserts a key with its operator and its session. Returns its id. */
export async function insertApiKey(tx: Tx, key: NewApiKey): Promise<number> {
  const { name, createdBy, ...session } = key
  const [operator] = await tx.insert(users).values({ email: null, name, role: 'operator' }).returning({ id: users.id })
  if (operator === undefined) throw new Error('An insert gave no row.')
  const [stored] = await tx
    .insert(sessions)
    .values({ userId: operator.id, ...session })
    .returning({ id: sessions.id })
  if (stored === undefined) throw new Error('An insert gave no row.')
  const [row] = await tx.insert(apiKeys).values({ sessionId: stored.id, createdBy }).returning({ id: apiKeys.id })
  if (row === undefined) throw new Error('An insert gave no row.')
  return row.id
}

/** Returns the keys of this mode, oldest first. */
export async function listApiKeys(executor: Executor, authMode: SessionAuthMode) {
  return await executor
    .select({
      id: apiKeys.id,
      name: users.name,
      scopes: sessions.scopes,
      createdAt: sessions.createdAt,
      usedAt: sessions.usedAt,
    })
    .from(apiKeys)
    .innerJoin(sessions, eq(sessions.id, apiKeys.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.authMode, authMode))
    .orderBy(asc(apiKeys.id))
}

/** Deletes a key with its session. Returns what it was; undefined if there is none. */
export async function deleteApiKey(tx: Tx, id: number): Promise<DeletedKey | undefined> {
  const [key] = await tx
    .select({ sessionId: apiKeys.sessionId, userId: users.id, name: users.name })
    .from(apiKeys)
    .innerJoin(sessions, eq(sessions.id, apiKeys.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(apiKeys.id, id))
    .for('update', { of: apiKeys })
  if (key !== undefined) await tx.delete(sessions).where(eq(sessions.id, key.sessionId))
  return key
}
