import type { UserId } from '@deskbell/contract/ids'
import { and, asc, eq, or } from 'drizzle-orm'
import { users } from '../../schema/users.ts'
import type { Tx } from '../../transaction.ts'
import { type UserRow, userFields } from './users.ts'

/** A client with what its own site says of it. */
export type ClientRow = UserRow & { subject: string | null }

const clientFields = { ...userFields, subject: users.subject }

/**
 * Locks, in the order of their ids, the client of a subject, the client of an address, and the given one. Also who
 * opens a chat for one of them waits until the transaction ends.
 */
export async function lockClients(
  tx: Tx,
  { subject, email, userId }: { subject: string; email: string | null; userId: UserId | null },
): Promise<ClientRow[]> {
  const found = or(
    eq(users.subject, subject),
    email === null ? undefined : eq(users.email, email),
    userId === null ? undefined : eq(users.id, userId),
  )
  return await tx
    .select(clientFields)
    .from(users)
    .where(and(eq(users.role, 'client'), found))
    .orderBy(asc(users.id))
    .for('update')
}

export async function insertIdentified(
  tx: Tx,
  identified: { subject: string; email: string | null; name: string },
): Promise<UserRow> {
  const rows = await tx
    .insert(users)
    .values({ ...identified, role: 'client' })
    .returning(userFields)
  return one(rows)
}

export async function updateClient(
  tx: Tx,
  userId: UserId,
  change: { subject?: string; email?: string | null; name?: string },
): Promise<UserRow> {
  return one(await tx.update(users).set(change).where(eq(users.id, userId)).returning(userFields))
}

function one(rows: UserRow[]): UserRow {
  const [row] = rows
  if (row === undefined) throw new Error('A client was neither made nor found.')
  return row
}
