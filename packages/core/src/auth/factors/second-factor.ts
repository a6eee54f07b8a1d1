import type { PasskeySignInInput, SecondFactorInput } from '@deskbell/contract/access/factors'
import { AppError } from '@deskbell/contract/errors'
import { challengeTriesMax } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { countChallengeTry, findOwner, findPasskeyOwner, takeChallenge } from '@deskbell/db/queries/users/factors'
import type { Core } from '../../context.ts'
import { note } from '../accounts/audit.ts'
import { requireSecure } from '../accounts/require-secure.ts'
import { countCode, countTry, forgetTry, requireAccount } from '../accounts/sign-in.ts'
import { startSession } from '../start-session.ts'
import { hashChallenge, isSamePassword } from './challenges.ts'
import type { Caller } from './change-factors.ts'
import { usePasskey, usePasskeyChallenge } from './passkeys.ts'
import { useFactor } from './use-factor.ts'
import { parseAssertion } from './web-authn.ts'

/**
 * Completes a sign-in that began with the password. Throws `invalid_credentials` for a wrong code, for a challenge that is
 * unknown, used or expired or has had five wrong codes, and when the password, the account or the factor has changed since;
 * `rate_limited` after too many tries.
 */
export async function secondFactor(
  core: Core,
  { challenge, method, code }: SecondFactorInput,
  { address, site }: Caller,
): Promise<LoginOutput> {
  requireSecure(core)
  const token = { tokenHash: hashChallenge(challenge), kind: 'sign-in', now: core.clock.now() } as const
  const begun = await countChallengeTry(core.db.orm, { ...token, most: challengeTriesMax })
  const found = begun?.userId == null ? undefined : await findOwner(core.db.orm, begun.userId)
  await countTry(core, found?.user.email ?? null, address)
  if (begun === undefined || found?.user.email == null || !isSamePassword(begun, found.account))
    throw new AppError('invalid_credentials')
  const { user, account } = found
  const { email } = found.user
  if (method !== 'passkey') await countCode(core, user.id)
  return startSession(core, {
    user,
    access: account.access,
    async check(tx) {
      await requireAccount(tx, account)
      // First, so that of two with the same challenge the later one finds none.
      if ((await takeChallenge(tx, token)) === undefined) throw new AppError('invalid_credentials')
      await useFactor(core, tx, { owner: user, method, code, site, challenge })
      if (method === 'recovery')
        await note(core, tx, { actorId: user.id, action: 'auth.secondFactor', target: 'recovery code', address })
      await forgetTry(tx, email, address)
    },
  })
}

/**
 * Signs an operator in by a passkey alone: it is something that the user has, and it asks who the user is. Throws
 * `invalid_credentials` for everything that is wrong, and `rate_limited` after too many tries.
 */
export async function passkeySignIn(
  core: Core,
  { assertion: text }: PasskeySignInInput,
  { address, site }: Caller,
): Promise<LoginOutput> {
  requireSecure(core)
  const assertion = parseAssertion(text)
  const found = await findPasskeyOwner(core.db.orm, assertion.id)
  await countTry(core, found?.user.email ?? null, address)
  await usePasskeyChallenge(core, assertion)
  if (found?.user.email == null) throw new AppError('invalid_credentials')
  const { user, account } = found
  const { email } = found.user
  return startSession(core, {
    user,
    access: account.access,
    async check(tx) {
      await requireAccount(tx, account)
      await usePasskey(core, tx, { owner: user, assertion, site })
      await forgetTry(tx, email, address)
    },
  })
}
