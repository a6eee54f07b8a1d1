import { createHash } from 'node:crypto'
import type { SignInInput } from '@deskbell/contract/accounts'
import { AppError } from '@deskbell/contract/errors'
import { accountTriesMax, addressTriesMax, triesWindowMs } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { countTries, findAccount, findAccountByEmail, forgetTries } from '@deskbell/db/queries/users/accounts'
import type { Core } from '../../context.ts'
import { startSession } from '../start-session.ts'
import { requirePasswords } from './require-passwords.ts'

/**
 * Signs an operator in. `address`: of the caller. Throws `invalid_credentials`, the same for an unknown address, a wrong
 * password and a disabled account, and `rate_limited` after too many tries from this address.
 */
export async function signIn(core: Core, input: SignInInput, address: string): Promise<LoginOutput> {
  requirePasswords(core)
  await countTry(core, input.email, address)
  const found = await findAccountByEmail(core.db.orm, input.email)
  const matches = await core.passwords.matches(input.password, found?.account.passwordHash ?? null)
  if (found === undefined || !matches) throw new AppError('invalid_credentials')
  const { user, account } = found
  const session = await startSession(core, {
    user,
    access: account.access,
    // The password may have changed while it was compared, and the account may have been disabled.
    async check(tx) {
      const now = await findAccount(tx, user.id)
      if (now?.passwordHash !== account.passwordHash || now.disabledAt !== null)
        throw new AppError('invalid_credentials')
    },
  })
  await forgetTries(core.db.orm, [accountKey(input.email, address)])
  return session
}

/**
 * Counts a try of a password before it is compared, so that tries at the same moment are limited too. The account is
 * counted by address: a stranger who guesses does not lock its owner out.
 */
export async function countTry(core: Core, email: string, address: string): Promise<void> {
  await countUpTo(core, [
    [accountKey(email, address), accountTriesMax],
    [tryKey(address), addressTriesMax],
  ])
}

/** Counts a try under each key, on all processes together. Throws `rate_limited` when one has had more than its maximum. */
export async function countUpTo(core: Core, limits: readonly [key: string, most: number][]): Promise<void> {
  const now = core.clock.now()
  const endsAt = new Date(now.getTime() + triesWindowMs)
  const tried = await countTries(core.db.orm, { keys: limits.map(([key]) => key), now, endsAt })
  for (const [key, most] of limits) {
    const { count = 0, endsAt: until = now } = tried.get(key) ?? {}
    if (count > most)
      throw new AppError('rate_limited', { retryAfterMs: Math.max(1_000, until.getTime() - now.getTime()) })
  }
}

function accountKey(email: string, address: string): string {
  return tryKey(`${email}\n${address}`)
}

/** The key under which tries are counted. It tells nobody the address. */
export function tryKey(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
