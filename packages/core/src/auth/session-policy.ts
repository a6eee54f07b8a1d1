import type { SessionAuthMode } from '@deskbell/db/queries/sessions'
import type { AuthMode } from '../context.ts'

/** A session made in open mode proves nothing in secure mode. */
export function isSessionValid(session: { authMode: SessionAuthMode }, authMode: AuthMode): boolean {
  return authMode === 'open' || session.authMode === 'secure'
}
