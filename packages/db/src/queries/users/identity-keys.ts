import { asc, count, eq } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { identityKeys } from '../../schema/identity-keys.ts'
import type { Executor, Tx } from '../../transaction.ts'

export type IdentityKeyRow = Pick<typeof identityKeys.$inferSelect, 'kid' | 'alg' | 'secret' | 'publicKey'>

export async function insertIdentityKey(tx: Tx, key: typeof identityKeys.$inferInsert): Promise<void> {
  await tx.insert(identityKeys).values(key)
}

export async function countIdentityKeys(tx: Tx): Promise<number> {
  const [row] = await tx.select({ keys: count() }).from(identityKeys)
  return row?.keys ?? 0
}

/** Returns the keys, oldest first, without what they sign or verify with. */
export async function listIdentityKeys(executor: Executor) {
  const { kid, alg, createdAt } = identityKeys
  return await executor.select({ kid, alg, createdAt }).from(identityKeys).orderBy(asc(createdAt), asc(kid))
}

export async function findIdentityKey({ orm }: Database, kid: string): Promise<IdentityKeyRow | undefined> {
  const { alg, secret, publicKey } = identityKeys
  const rows = await orm
    .select({ kid: identityKeys.kid, alg, secret, publicKey })
    .from(identityKeys)
    .where(eq(identityKeys.kid, kid))
  return rows[0]
}

/** Deletes a key. Returns false if there is none. */
export async function deleteIdentityKey(tx: Tx, kid: string): Promise<boolean> {
  const { rowCount } = await tx.delete(identityKeys).where(eq(identityKeys.kid, kid))
  return rowCount === 1
}
