import { findActiveSessions } from '@deskbell/db/queries/users/sessions'
import type { Core } from '../context.ts'
import { isSessionValid } from '../domain/session-policy.ts'

/** Returns which of these sessions have ended, expired or become void. One query serves all. */
export async function endedSessions(core: Core, sessionIds: number[]): Promise<number[]> {
  if (sessionIds.length === 0) return []
  const active = await findActiveSessions(core.db.orm, sessionIds, core.clock.now())
  const valid = new Set(active.filter((session) => isSessionValid(session, core.authMode)).map(({ id }) => id))
  return sessionIds.filter((id) => !valid.has(id))
}
