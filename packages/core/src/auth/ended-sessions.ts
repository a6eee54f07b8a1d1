import { findEndedSessions } from '@deskbell/db/queries/users/sessions'
import type { Core } from '../context.ts'

/** Returns which of these sessions have ended, expired or become void. One query serves all. */
export async function endedSessions({ db, authMode, clock }: Core, sessionIds: number[]): Promise<number[]> {
  if (sessionIds.length === 0) return []
  return await findEndedSessions(db.orm, { sessionIds, authMode, now: clock.now() })
}
