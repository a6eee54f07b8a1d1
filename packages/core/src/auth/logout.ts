import type { Actor } from '@deskbell/contract/actor'
import { deleteSession } from '@deskbell/db/queries/users/sessions'
import type { Core } from '../context.ts'

/** Ends the actor's session, and publishes a hint that makes its sockets close. */
export async function logout(core: Core, actor: Actor): Promise<void> {
  await deleteSession(core.db.orm, actor.sessionId)
  core.bus.publish({ t: 'session', sessionId: actor.sessionId })
}
