import type { SessionsOutput } from '@deskbell/contract/access/auth'
import type { Actor } from '@deskbell/contract/actor'
import { listSessions as findSessions } from '@deskbell/db/queries/users/sessions'
import type { Core } from '../context.ts'

/** Where the actor is signed in, newest first. */
export async function listSessions(core: Core, actor: Actor): Promise<SessionsOutput> {
  const { db, authMode } = core
  const now = core.clock.now()
  const rows = await findSessions(db.orm, { userId: actor.userId, authMode, now })
  const items = rows.map(({ id, createdAt, usedAt }) => {
    const current = id === actor.sessionId
    const lastSeenAt = current ? now : (usedAt ?? createdAt)
    return { id, createdAt: createdAt.toISOString(), lastSeenAt: lastSeenAt.toISOString(), current }
  })
  return { items }
}
