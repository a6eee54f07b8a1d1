import { AppError } from '@deskbell/contract/errors'
import { sessionDays, userSessionsMax } from '@deskbell/contract/limits'
import type { LoginInput, LoginOutput } from '@deskbell/contract/users'
import { deleteOldSessions, insertSession } from '@deskbell/db/queries/users/sessions'
import { findUserByEmail, type UserRow, upsertUser } from '@deskbell/db/queries/users/users'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../context.ts'
import { userView } from '../domain/user-view.ts'
import { createSessionToken, hashSessionToken } from './session-token.ts'

const sessionMs = sessionDays * 24 * 60 * 60 * 1000

/**
 * Signs a user in by email and name, and creates the user at the first sign-in. Of too many sessions, those that were used
 * least recently end. Throws `forbidden` in secure mode.
 */
export async function login(core: Core, input: LoginInput): Promise<LoginOutput> {
  if (core.authMode === 'secure') {
    throw new AppError('forbidden', {
      detail: 'This server does not sign anybody in by an email alone, and accounts are not available yet.',
    })
  }
  const user = await findOrCreateUser(core, input)
  const token = createSessionToken()
  const createdAt = core.clock.now()
  const expiresAt = new Date(createdAt.getTime() + sessionMs)
  const { authMode } = core
  const session = { userId: user.id, tokenHash: hashSessionToken(token), authMode, createdAt, expiresAt }
  const ended = await inTransaction(core.db, async (tx) => {
    const old = await deleteOldSessions(tx, { userId: user.id, now: createdAt, kept: userSessionsMax - 1 })
    await insertSession(tx, session)
    return old
  })
  for (const sessionId of ended) core.bus.publish({ t: 'session', sessionId })
  return { user: userView(user), token, expiresAt: expiresAt.toISOString() }
}

/** Reads first, because an upsert of an existing user would write a row and use up an id at every sign-in. */
async function findOrCreateUser(core: Core, input: LoginInput): Promise<UserRow> {
  const known = await findUserByEmail(core.db.orm, input)
  if (known !== undefined && known.name === input.name) return known
  return upsertUser(core.db.orm, input)
}
