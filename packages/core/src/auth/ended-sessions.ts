import { findEndedSessions, noteConnectedOperators } from '@deskbell/db/queries/users/sessions'
import type { Core } from '../context.ts'
import { idleEnd, sessionLifeMs } from '../domain/session-policy.ts'

/** Returns which of these sessions have ended, expired or become void. One query serves all. */
export async function endedSessions({ db, authMode, clock }: Core, sessionIds: number[]): Promise<number[]> {
  if (sessionIds.length === 0) return []
  return await findEndedSessions(db.orm, { sessionIds, authMode, now: clock.now() })
}

/** Whoever is connected uses the session: notes it for those that end when they are not used. */
export async function noteConnected({ db, authMode, clock }: Core, sessionIds: number[]): Promise<void> {
  const now = clock.now()
  const end = idleEnd({ role: 'operator', authMode }, now)
  if (end === null || sessionIds.length === 0) return
  await noteConnectedOperators(db.orm, { sessionIds, now, idleEnd: end, lifeMs: sessionLifeMs })
}
