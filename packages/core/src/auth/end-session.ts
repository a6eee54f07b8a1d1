import type { EndSessionInput } from '@deskbell/contract/access/auth'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { deleteOwnSession } from '@deskbell/db/queries/users/sessions'
import type { Core } from '../context.ts'

/** Ends one of the actor's sessions, like a sign-out. Throws `not_found` for any other. */
export async function endSession(core: Core, actor: Actor, { sessionId }: EndSessionInput): Promise<void> {
  const { db, authMode, clock } = core
  const own = { userId: actor.userId, authMode, now: clock.now() }
  if (!(await deleteOwnSession(db.orm, { sessionId, ...own }))) throw new AppError('not_found')
  core.bus.publish({ t: 'session', sessionId })
}
