import type { AuditAction } from '@deskbell/contract/access/audit'
import type { UserId } from '@deskbell/contract/ids'
import { and, desc, eq, gte, lt } from 'drizzle-orm'
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

/** In the transaction of the act: either both are stored or none. Returns the id of the row. */
export async function insertAudit(tx: Tx, row: AuditRow): Promise<number> {
  const [stored] = await tx.insert(audit).values(row).returning({ id: audit.id })
  return stored?.id ?? 0
}

/** `before`: an id. `from` is included, `to` is not. */
export type AuditPage = {
  before?: number | undefined
  actorId?: UserId | undefined
  action?: AuditAction | undefined
  from?: Date | undefined
  to?: Date | undefined
  limit: number
}

/** Returns the newest rows that fit, newest first. */
export async function listAudit(executor: Executor, { before, actorId, action, from, to, limit }: AuditPage) {
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
    .where(
      and(
        before === undefined ? undefined : lt(audit.id, before),
        actorId === undefined ? undefined : eq(audit.actorId, actorId),
        action === undefined ? undefined : eq(audit.action, action),
        from === undefined ? undefined : gte(audit.at, from),
        to === undefined ? undefined : lt(audit.at, to),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit)
}
