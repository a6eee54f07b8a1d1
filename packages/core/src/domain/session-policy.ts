import type { SessionAuthMode } from '@deskbell/db/queries/sessions'
import type { AuthMode } from '../context.ts'

/** A session from open mode does not prove who the user is, so it is void in secure mode. */
export function isSessionValid(session: { authMode: SessionAuthMode }, authMode: AuthMode): boolean {
  return authMode === 'open' || session.authMode === 'secure'
}
