import type { AuditAction } from '@deskbell/contract/access/audit'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { proofMs } from '@deskbell/contract/limits'
import { findProof, lockUser } from '@deskbell/db/queries/users/factors'
import type { UserRow } from '@deskbell/db/queries/users/users'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { note } from '../accounts/audit.ts'
import { requireSecure } from '../accounts/require-secure.ts'

/** Who calls, and the site whose passkeys count: both are configured or measured, and never a part of the call. */
export type Caller = {
  /** The network address. */
  address: string
  site: Site
}

/** The origin of the pages, and the name for which their passkeys are made. */
export type Site = { origin: string; rpId: string }

/** An operator with an account: its row of `users`, locked. */
export type Owner = UserRow & { email: string }

export type FactorChange<T> = {
  /** The name of the procedure, for the audit log. */
  action: AuditAction
  address: string
  /** Returns what the log says it was done to, and the answer. */
  run: (tx: Tx, owner: Owner) => Promise<{ target: string | null; output: T }>
}

/**
 * Changes the actor's own factors, one change after the other, and notes it. Throws `proof_required` when the session has
 * no proof of the last minutes.
 */
export function changeFactors<T>(core: Core, actor: Actor, { action, address, run }: FactorChange<T>): Promise<T> {
  requireSecure(core)
  return inTransaction(core.db, async (tx) => {
    const owner = await lockOwner(tx, actor)
    await requireProof(core, tx, actor)
    const { target, output } = await run(tx, owner)
    await note(core, tx, { actorId: actor.userId, action, target, address })
    return output
  })
}

/** Throws `forbidden` for who has no account, such as the operator of a key. */
export async function lockOwner(tx: Tx, { userId }: Actor): Promise<Owner> {
  const user = await lockUser(tx, userId)
  if (user?.email == null) throw new AppError('forbidden')
  return { ...user, email: user.email }
}

/** Throws `unauthenticated` when the session has ended, and `proof_required` without a proof of the last minutes in it. */
export async function requireProof({ authMode, clock }: Core, tx: Tx, { sessionId }: Actor): Promise<void> {
  const now = clock.now()
  const session = await findProof(tx, { sessionId, authMode, now })
  if (session === undefined) throw new AppError('unauthenticated')
  if (provedUntil(session.provedAt) <= now) throw new AppError('proof_required')
}

/** The end of a proof. Without one it is long ago. */
export function provedUntil(provedAt: Date | null): Date {
  return new Date((provedAt?.getTime() ?? 0) + proofMs)
}
