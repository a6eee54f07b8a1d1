import { createHash } from 'node:crypto'
import type { SignInInput } from '@deskbell/contract/access/accounts'
import type { SignInOutput } from '@deskbell/contract/access/factors'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import { accountTriesMax, addressTriesMax, codeTriesMax, triesWindowMs } from '@deskbell/contract/limits'
import { type AccountRow, countTries, findAccountByEmail, forgetTries } from '@deskbell/db/queries/users/accounts'
import { findOwner } from '@deskbell/db/queries/users/factors'
import type { Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { beginSecondFactor, methodsOf } from '../factors/challenges.ts'
import { startSession } from '../start-session.ts'
import { requirePasswords } from './require-passwords.ts'

/**
 * Signs an operator in; one with second factors gets a challenge in place of a session. `address`: of the caller. Throws
 * `invalid_credentials`, the same for an unknown address, a wrong password and a disabled account, and `rate_limited`
 * after too many tries from this address.
 */
export async function signIn(core: Core, input: SignInInput, address: string): Promise<SignInOutput> {
  requirePasswords(core)
  await countTry(core, input.email, address)
  const found = await findAccountByEmail(core.db.orm, input.email)
  const matches = await core.passwords.matches(input.password, found?.account.passwordHash ?? null)
  if (found === undefined || !matches || found.account.disabledAt !== null) throw new AppError('invalid_credentials')
  const { user, account } = found
  const methods = await methodsOf(core.db.orm, user.id)
  // The tries are not forgotten before the second factor: who has the password alone would try codes without end.
  if (methods.length > 0) return { challenge: await beginSecondFactor(core, account), methods }
  return startSession(core, {
    user,
    access: account.access,
    // Meanwhile the password may have changed, the account may have been disabled, or a factor added.
    async check(tx) {
      await requireAccount(tx, account)
      if ((await methodsOf(tx, user.id)).length > 0) throw new AppError('invalid_credentials')
      await forgetTry(tx, input.email, address)
    },
  })
}

/** Throws `invalid_credentials` when the account has been disabled, or its password is another one by now. */
export async function requireAccount(tx: Tx, { userId, passwordHash }: Pick<AccountRow, 'userId' | 'passwordHash'>) {
  const account = (await findOwner(tx, userId))?.account
  if (account?.passwordHash !== passwordHash || account.disabledAt !== null) throw new AppError('invalid_credentials')
}

/**
 * Counts a try before it is compared, so that tries at the same moment are limited too. The account is counted by
 * address: a stranger who guesses does not lock its owner out. Null: nobody knows yet whose account it is.
 */
export async function countTry(core: Core, email: string | null, address: string): Promise<void> {
  const ofAccount: [string, number][] = email === null ? [] : [[accountKey(email, address), accountTriesMax]]
  await countUpTo(core, [...ofAccount, [tryKey(address), addressTriesMax]])
}

/** Counts a code of an account before it is compared, from all addresses together: it can be guessed in time. */
export async function countCode(core: Core, userId: UserId): Promise<void> {
  await countUpTo(core, [[tryKey(`code\n${userId}`), codeTriesMax]])
}

/** Begins a new window of tries, in the transaction of what succeeded. */
export async function forgetTry(tx: Tx, email: string, address: string): Promise<void> {
  await forgetTries(tx, [accountKey(email, address)])
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
