import type { AuditAction } from '@deskbell/contract/accounts'
import type { UserId } from '@deskbell/contract/ids'
import { desc, eq, lt } from 'drizzle-orm'
import { audit } from '../../schema/accounts.ts'
import { users } from '../../schema/users.ts'
import type { Executor, Tx } from '../../transaction.ts'

export type AuditRow = {
  at: Date
  actorId: UserId | null
  action: AuditAction
  target: string | null
  address: string | null
}

/** In the transaction of the act: either both are stored or none. */
export async function insertAudit(tx: Tx, row: AuditRow): Promise<void> {
  await tx.insert(audit).values(row)
}

/** Returns the newest rows before an id, newest first. */
export async function listAudit(executor: Executor, { before, limit }: { before: number | null; limit: number }) {
  return await executor
    .select({
      id: audit.id,
      at: audit.at,
      actor: { id: users.id, name: users.name },
      action: audit.action,
      target: audit.target,
      address: audit.address,
    })
    .from(audit)
    .leftJoin(users, eq(users.id, audit.actorId))
    .where(before === null ? undefined : lt(audit.id, before))
    .orderBy(desc(audit.id))
    .limit(limit)
}
