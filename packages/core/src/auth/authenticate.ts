import type { Actor } from '@deskbell/contract/actor'
import { sessionUseMs } from '@deskbell/contract/limits'
import { noteSessionUse, type SessionRow } from '@deskbell/db/queries/users/sessions'
import type { Core } from '../context.ts'
import { earlier, idleEnd, isSessionValid, sessionLifeEnd } from '../domain/session-policy.ts'
import { accessOf, avatarUrlOf } from '../domain/user-view.ts'
import { hashSessionToken, looksLikeSessionToken } from './session-token.ts'

/** The actor of this session token; null when the session is unknown, ended, expired or void. */
export async function authenticate(core: Core, token: string): Promise<Actor | null> {
  if (!looksLikeSessionToken(token)) return null
  const now = core.clock.now()
  const session = await core.queries.sessions.find(hashSessionToken(token), now)
  if (session === undefined || !isSessionValid(session, core.authMode)) return null
  noteUse(core, session, now)
  const { userId, role, name, avatarId, scopes, sessionId } = session
  // A key never does what only admins may.
  const access = scopes === null ? accessOf(core.authMode, session) : 'operator'
  return { userId, role, name, avatarUrl: avatarUrlOf(userId, avatarId), access, scopes, sessionId }
}

/** Nobody waits for the note: without it, another session may end first. */
function noteUse(core: Core, session: SessionRow, now: Date): void {
  const before = new Date(now.getTime() - sessionUseMs)
  if (session.usedAt > before) return
  const { sessionId, createdAt, scopes } = session
  const idle = scopes === null ? idleEnd(session, now) : null
  const expiresAt = idle && earlier(sessionLifeEnd(createdAt), idle)
  noteSessionUse(core.db.orm, { sessionId, now, before, expiresAt }).catch((error: unknown) => {
    core.log.debug({ err: error }, 'use of a session not noted')
  })
}
