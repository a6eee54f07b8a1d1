import type { OperatorInput, OperatorOutput } from '@deskbell/contract/access/accounts'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { deleteSessionsOf, findOperator } from '@deskbell/db/queries/users/accounts'
import { deleteFactors, lockUser } from '@deskbell/db/queries/users/factors'
import { inTransaction } from '@deskbell/db/transaction'
import { note } from '../auth/accounts/audit.ts'
import { requireAdmin, requireSecure } from '../auth/accounts/require-secure.ts'
import { requireProof } from '../auth/factors/change-factors.ts'
import type { Core } from '../context.ts'
import { operatorView } from './manage-operators.ts'

/**
 * Removes all second factors of an operator who has lost them, and ends its sessions: it signs in with its password. Throws
 * `forbidden` for who is no admin, `proof_required`, and `not_found`.
 */
export async function removeFactors(
  core: Core,
  actor: Actor,
  { operatorId, address }: OperatorInput & { address: string },
): Promise<OperatorOutput> {
  requireSecure(core)
  const { row, ended } = await inTransaction(core.db, async (tx) => {
    await requireAdmin(core, tx, actor)
    await requireProof(core, tx, actor)
    await lockUser(tx, operatorId)
    const found = await findOperator(tx, operatorId)
    if (found === undefined) throw new AppError('not_found')
    if (!(await deleteFactors(tx, operatorId))) return { row: found, ended: [] }
    await note(core, tx, { actorId: actor.userId, action: 'operators.removeFactors', target: found.name, address })
    return { row: found, ended: await deleteSessionsOf(tx, operatorId) }
  })
  for (const sessionId of ended) core.bus.publish({ t: 'session', sessionId })
  return { operator: operatorView(core, actor, row) }
}
