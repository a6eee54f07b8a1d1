import type { LoginInput, LoginOutput } from '@deskbell/contract/users'
import { findUserByEmail, type UserRow, upsertUser } from '@deskbell/db/queries/users/users'
import type { Core } from '../context.ts'
import { requireMode } from '../domain/session-policy.ts'
import { startSession } from './start-session.ts'

/**
 * Signs a user in by email and name, and creates the user at the first sign-in. Throws `forbidden` in secure mode.
 */
export async function login(core: Core, input: LoginInput): Promise<LoginOutput> {
  requireMode(core, 'open')
  return await startSession(core, { user: await findOrCreateUser(core, input) })
}

/** Reads first, because an upsert of an existing user would write a row and use up an id at every sign-in. */
async function findOrCreateUser(core: Core, input: LoginInput): Promise<UserRow> {
  const known = await findUserByEmail(core.db.orm, input)
  if (known !== undefined && known.name === input.name) return known
  return upsertUser(core.db.orm, input)
}
