import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { findSessionProof, insertOidcAccount, takeOidcLink } from '@deskbell/db/queries/users/oidc'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { requireSession } from '../../writer/require-session.ts'
import { note } from '../accounts/audit.ts'
import { requireSecure } from '../accounts/require-secure.ts'
import { hashOidcToken } from './oidc-token.ts'

/**
 * Links the account at the identity provider with the operator who has signed in since, as ever: that is the proof that
 * both belong to one person. Throws `not_found` when nothing waits for this user in this browser, and `forbidden` when
 * the session is older than the sign-in at the provider, or the account there belongs to somebody else.
 */
export async function confirmOidcLink(
  core: Core,
  actor: Actor,
  { token, address }: { token: string; address: string },
): Promise<void> {
  requireSecure(core)
  const now = core.clock.now()
  await inTransaction(core.db, async (tx) => {
    await requireSession(core, tx, actor)
    const taken = { tokenHash: hashOidcToken(token) ?? '', now, userId: actor.userId }
    const link = await takeOidcLink(tx, taken)
    if (link === undefined || core.oidc === null) throw new AppError('not_found')
    const provedAt = await findSessionProof(tx, actor.sessionId)
    if (provedAt === undefined || provedAt < new Date(link.begunAt))
      throw new AppError('forbidden', { detail: 'Sign in once more, and then confirm.' })
    const { issuer, subject } = link
    if (!(await insertOidcAccount(tx, { issuer, subject, userId: actor.userId, createdAt: now })))
      throw new AppError('forbidden', { detail: 'This account of the provider belongs to another operator.' })
    await note(core, tx, { actorId: actor.userId, action: 'auth.oidcLink', target: link.email, address })
  })
}
