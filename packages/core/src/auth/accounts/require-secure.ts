import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { type AccountRow, lockAdmins } from '@deskbell/db/queries/users/accounts'
import type { Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { requireMode } from '../../domain/session-policy.ts'
import { requireSession } from '../../writer/require-session.ts'

/** Throws `forbidden` in open mode, where nobody has an account. */
export function requireSecure(core: Pick<Core, 'authMode'>): void {
  requireMode(core, 'secure')
}

/**
 * Locks the admins and returns them. Throws `unauthenticated` when the session of the actor has ended, and `forbidden`
 * when the actor is no admin any more: of what its session says, only the lock is sure.
 */
export async function requireAdmin(core: Core, tx: Tx, actor: Actor): Promise<AccountRow[]> {
  const admins = await lockAdmins(tx)
  await requireSession(core, tx, actor)
  if (actor.access !== 'admin') throw new AppError('forbidden')
  // In open mode every operator is an admin, and nobody has an account.
  if (core.authMode === 'open') return []
  const own = admins.find(({ userId }) => userId === actor.userId)
  if (own === undefined || own.disabledAt !== null) throw new AppError('forbidden')
  return admins
}
