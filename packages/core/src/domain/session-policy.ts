import type { SessionAuthMode } from '@deskbell/db/queries/users/sessions'

/** `open`: an email and a name are enough to sign in. `secure`: they are not. */
export type AuthMode = 'open' | 'secure'

/**
 * A session from open mode does not prove who the user is, so it is void in secure mode. One from secure mode is void in
 * open mode, where everybody could be that user.
 */
export function isSessionValid(session: { authMode: SessionAuthMode }, authMode: AuthMode): boolean {
  return session.authMode === authMode
}
