import type { ChangePasswordInput } from '@deskbell/contract/access/accounts'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { deleteResetLinks, deleteSessionsOf, findAccount, replacePassword } from '@deskbell/db/queries/users/accounts'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { requireSession } from '../../writer/require-session.ts'
import { note } from './audit.ts'
import { requireStrong } from './password-strength.ts'
import { requirePasswords } from './require-passwords.ts'
import { countTry } from './sign-in.ts'

/**
 * Replaces the own password and ends all other own sessions. `address`: of the caller. Throws `invalid_credentials` when
 * the current one is wrong, and counts it as a sign-in.
 */
export async function changePassword(
  core: Core,
  actor: Actor,
  { current, password, address }: ChangePasswordInput & { address: string },
): Promise<void> {
  requirePasswords(core)
  const [user, account] = await Promise.all([
    core.queries.users.find(actor.userId),
    findAccount(core.db.orm, actor.userId),
  ])
  if (user?.email == null || account === undefined) throw new AppError('forbidden')
  await countTry(core, user.email, address)
  if (!(await core.passwords.matches(current, account.passwordHash))) throw new AppError('invalid_credentials')
  await requireStrong(password, { email: user.email, name: user.name })
  const passwordHash = await core.passwords.hash(password)
  const ended = await inTransaction(core.db, async (tx) => {
    await requireSession(core, tx, actor)
    const change = { userId: actor.userId, before: account.passwordHash, passwordHash }
    if (!(await replacePassword(tx, change))) throw new AppError('invalid_credentials')
    await deleteResetLinks(tx, actor.userId)
    await note(core, tx, { actorId: actor.userId, action: 'auth.changePassword', target: user.name, address })
    return await deleteSessionsOf(tx, actor.userId, actor.sessionId)
  })
  for (const sessionId of ended) core.bus.publish({ t: 'session', sessionId })
}
