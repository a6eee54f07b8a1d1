import type { Actor } from '@deskbell/contract/actor'
import type { Core } from '../context.ts'
import { isSessionValid } from '../domain/session-policy.ts'
import { hashSessionToken, looksLikeSessionToken } from './session-token.ts'

/** The actor of this session token; null when the session is unknown, ended, expired or void. */
export async function authenticate(core: Core, token: string): Promise<Actor | null> {
  if (!looksLikeSessionToken(token)) return null
  const session = await core.queries.sessions.find(hashSessionToken(token), core.clock.now())
  if (session === undefined || !isSessionValid(session, core.authMode)) return null
  return { userId: session.userId, role: session.role, name: session.name, sessionId: session.sessionId }
}
