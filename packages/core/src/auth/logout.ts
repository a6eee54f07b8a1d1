import type { Actor } from '@deskbell/contract/actor'
import { deleteSession } from '@deskbell/db/queries/sessions'
import type { Core } from '../context.ts'

/** Ends the actor's session; its sockets are told to go. */
export async function logout(core: Core, actor: Actor): Promise<void> {
  await deleteSession(core.db.orm, actor.sessionId)
  core.bus.publish({ t: 'session', sessionId: actor.sessionId })
}
