import { AppError } from '@deskbell/contract/errors'
import { sessionDays } from '@deskbell/contract/limits'
import type { LoginInput, LoginOutput } from '@deskbell/contract/users'
import { deleteExpiredSessions, insertSession } from '@deskbell/db/queries/users/sessions'
import { findUserByEmail, type UserRow, upsertUser } from '@deskbell/db/queries/users/users'
import type { Core } from '../context.ts'
import { userView } from '../domain/user-view.ts'
import { createSessionToken, hashSessionToken } from './session-token.ts'

const sessionMs = sessionDays * 24 * 60 * 60 * 1000

/** Signs a user in by email and name, and creates the user at the first sign-in. Throws `forbidden` in secure mode. */
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
  await deleteExpiredSessions(core.db.orm, user.id, createdAt)
  await insertSession(core.db.orm, {
    userId: user.id,
    tokenHash: hashSessionToken(token),
    authMode: core.authMode,
    createdAt,
    expiresAt,
  })
  return { user: userView(user), token, expiresAt: expiresAt.toISOString() }
}

/** Reads first, because an upsert of an existing user would write a row and use up an id at every sign-in. */
async function findOrCreateUser(core: Core, input: LoginInput): Promise<UserRow> {
  const known = await findUserByEmail(core.db.orm, input)
  if (known !== undefined && known.name === input.name) return known
  return upsertUser(core.db.orm, input)
}
