import { findEndedSessions, sessionAuthModes } from '@deskbell/db/queries/users/sessions'
import type { Core } from '../context.ts'
import { isSessionValid } from '../domain/session-policy.ts'

/** Returns which of these sessions have ended, expired or become void. One query serves all. */
export async function endedSessions({ db, authMode, clock }: Core, sessionIds: number[]): Promise<number[]> {
  if (sessionIds.length === 0) return []
  const authModes = sessionAuthModes.filter((mode) => isSessionValid({ authMode: mode }, authMode))
  return await findEndedSessions(db.orm, { sessionIds, authModes, now: clock.now() })
}
