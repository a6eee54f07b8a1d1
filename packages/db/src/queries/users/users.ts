import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { users } from '../../schema/users.ts'
import type { Executor } from '../../transaction.ts'

export type UserRow = {
  id: UserId
  email: string | null
  name: string
  role: Role
  /** Names the stored picture. */
  avatarId: string | null
  createdAt: Date
}
type UserIdentity = { email: string; name: string; role: Role }

export function prepareUserReads(orm: Database['orm']) {
  const byId = orm
    .select(userFields)
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .prepare('user_by_id')
  return {
    async find(id: UserId): Promise<UserRow | undefined> {
      const rows = await byId.execute({ id })
      return rows[0]
    },
  }
}

export async function findUserByEmail(
  executor: Executor,
  identity: Pick<UserIdentity, 'email' | 'role'>,
): Promise<UserRow | undefined> {
  const rows = await executor
    .select(userFields)
    .from(users)
    .where(and(eq(users.email, identity.email), eq(users.role, identity.role)))
    .prepare('user_by_email')
    .execute()
  return rows[0]
}

/** Inserts the user of this address and role, or replaces the name of the existing one. Safe for concurrent calls. */
export async function upsertUser(executor: Executor, identity: UserIdentity): Promise<UserRow> {
  const rows = await executor
    .insert(users)
    .values(identity)
    .onConflictDoUpdate({ target: [users.email, users.role], set: { name: sql`excluded.name` } })
    .returning(userFields)
    .prepare('user_upsert')
    .execute()
  const row = rows[0]
  if (row === undefined) throw new Error('An upsert gave no row.')
  return row
}

/** Inserts a client without an address: another one at each call. */
export async function insertGuest(executor: Executor, name: string): Promise<UserRow> {
  const guest = { email: null, name, role: 'client' } as const
  const rows = await executor.insert(users).values(guest).returning(userFields).prepare('guest_insert').execute()
  const row = rows[0]
  if (row === undefined) throw new Error('An insert gave no row.')
  return row
}

/** Inserts the user if there is none of this address and role. Does not change an existing one. */
export async function insertUserIfMissing(executor: Executor, identity: UserIdentity): Promise<void> {
  await executor.insert(users).values(identity).onConflictDoNothing().prepare('user_insert_if_missing').execute()
}

export const userFields = {
  id: users.id,
  email: users.email,
  name: users.name,
  role: users.role,
  avatarId: users.avatarId,
  createdAt: users.createdAt,
}
