import { AppError } from '@deskbell/contract/errors'
import type { LoginInput, LoginOutput } from '@deskbell/contract/users'
import { findUserByEmail, type UserRow, upsertUser } from '@deskbell/db/queries/users/users'
import type { Core } from '../context.ts'
import { startSession } from './start-session.ts'

/**
 * Signs a user in by email and name, and creates the user at the first sign-in. Throws `forbidden` in secure mode.
 */
export async function login(core: Core, input: LoginInput): Promise<LoginOutput> {
  if (core.authMode === 'secure') {
    throw new AppError('forbidden', {
      detail: 'This server signs nobody in by an email alone: operators have accounts.',
    })
  }
  return await startSession(core, { user: await findOrCreateUser(core, input) })
}

/** Reads first, because an upsert of an existing user would write a row and use up an id at every sign-in. */
async function findOrCreateUser(core: Core, input: LoginInput): Promise<UserRow> {
  const known = await findUserByEmail(core.db.orm, input)
  if (known !== undefined && known.name === input.name) return known
  return upsertUser(core.db.orm, input)
}
