import type { AuditAction, AuditInput, AuditOutput } from '@deskbell/contract/accounts'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import { listAudit as findAudit, insertAudit } from '@deskbell/db/queries/users/audit'
import type { Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'

/** What the audit log says of an act. `address`: of the caller. */
export type Act = { actorId: UserId | null; action: AuditAction; target: string | null; address: string | null }

/** Notes an act in its own transaction. */
export async function note({ clock }: Pick<Core, 'clock'>, tx: Tx, act: Act): Promise<void> {
  await insertAudit(tx, { at: clock.now(), ...act })
}

/** The audit log, newest first. Throws `forbidden` for who is no admin. */
export async function listAudit(core: Core, actor: Actor, { cursor, limit }: AuditInput): Promise<AuditOutput> {
  if (actor.access !== 'admin') throw new AppError('forbidden')
  const rows = await findAudit(core.db.orm, { before: cursor === undefined ? null : Number(cursor), limit: limit + 1 })
  const page = rows.slice(0, limit)
  return {
    items: page.map(({ at, ...row }) => ({ ...row, at: at.toISOString() })),
    nextCursor: rows.length > limit ? String(page.at(-1)?.id) : null,
  }
}
