import type {
  AuditAction,
  AuditExportInput,
  AuditExportOutput,
  AuditInput,
  AuditOutput,
} from '@deskbell/contract/access/audit'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import { listAudit as findAudit, insertAudit } from '@deskbell/db/queries/users/audit'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { requireAdmin } from './require-secure.ts'

/** What the audit log says of an act. `address`: of the caller. */
export type Act = { actorId: UserId | null; action: AuditAction; target: string | null; address: string | null }

/** Notes an act in its own transaction. Returns the id of its entry. */
export async function note({ clock }: Pick<Core, 'clock'>, tx: Tx, act: Act): Promise<number> {
  return await insertAudit(tx, { at: clock.now(), ...act })
}

/** The audit log, newest first. Throws `forbidden` for who is no admin. */
export async function listAudit(core: Core, actor: Actor, input: AuditInput): Promise<AuditOutput> {
  if (actor.access !== 'admin') throw new AppError('forbidden')
  const { cursor, from, to, limit, ...filter } = input
  const rows = await findAudit(core.db.orm, {
    ...filter,
    before: cursor === undefined ? undefined : Number(cursor),
    from: timeOf(from),
    to: timeOf(to),
    limit: limit + 1,
  })
  const page = rows.slice(0, limit)
  return {
    items: page.map(({ at, ...row }) => ({ ...row, at: at.toISOString() })),
    nextCursor: rows.length > limit ? String(page.at(-1)?.id) : null,
  }
}

/** The log is younger than 1970, and the database knows no year 0. */
function timeOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(Math.max(0, Date.parse(text)))
}

/**
 * Notes that an admin exports what fits the filter, and returns the cursor with which `listAudit` begins. So the export
 * is what stood in the log before it, however long it takes. Throws `forbidden` for who is no admin.
 */
export async function beginAuditExport(
  core: Core,
  actor: Actor,
  { format, address, ...filter }: AuditExportInput & { address: string },
): Promise<AuditExportOutput> {
  const target = [format, ...Object.entries(filter).map(([name, value]) => `${name}=${value}`)].join(' ')
  const id = await inTransaction(core.db, async (tx) => {
    await requireAdmin(core, tx, actor)
    return await note(core, tx, { actorId: actor.userId, action: 'audit.export', target, address })
  })
  return { cursor: String(id) }
}
