import type { FactorsOutput, ProveInput, ProveOutput } from '@deskbell/contract/access/factors'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { countFactors, findOwner, findProof, listPasskeys, noteProof } from '@deskbell/db/queries/users/factors'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { requireSecure } from '../accounts/require-secure.ts'
import { countCode, countTry, forgetTry, requireAccount } from '../accounts/sign-in.ts'
import { type Caller, lockOwner, provedUntil } from './change-factors.ts'
import { passkeyView, usePasskeyChallenge } from './passkeys.ts'
import { useFactor } from './use-factor.ts'
import { parseAssertion } from './web-authn.ts'

/**
 * Proves anew who the actor is, for dangerous acts in this session. Counts as a sign-in. Throws `invalid_credentials` for
 * whatever is wrong, and `rate_limited` after too many tries.
 */
export async function prove(
  core: Core,
  actor: Actor,
  { method, code, address, site }: ProveInput & Caller,
): Promise<ProveOutput> {
  requireSecure(core)
  const found = await findOwner(core.db.orm, actor.userId)
  if (found?.user.email == null) throw new AppError('forbidden')
  const { account } = found
  await countTry(core, found.user.email, address)
  if (method === 'totp' || method === 'recovery') await countCode(core, actor.userId)
  if (method === 'passkey') await usePasskeyChallenge(core, parseAssertion(code))
  if (method === 'password' && !(await core.passwords.matches(code, account.passwordHash)))
    throw new AppError('invalid_credentials')
  const now = core.clock.now()
  await inTransaction(core.db, async (tx) => {
    const owner = await lockOwner(tx, actor)
    await requireAccount(tx, account)
    if (method !== 'password') await useFactor(core, tx, { owner, method, code, site, challenge: null })
    if (!(await noteProof(tx, { sessionId: actor.sessionId, authMode: core.authMode, now })))
      throw new AppError('unauthenticated')
    await forgetTry(tx, owner.email, address)
  })
  return { provedUntil: provedUntil(now).toISOString() }
}

/** The own second factors, and how long the proof of this session lasts. */
export async function listFactors(core: Core, actor: Actor): Promise<FactorsOutput> {
  requireSecure(core)
  const { db, authMode, clock } = core
  const now = clock.now()
  const [passkeys, counts, proof] = await Promise.all([
    listPasskeys(db.orm, actor.userId),
    countFactors(db.orm, actor.userId),
    findProof(db.orm, { sessionId: actor.sessionId, authMode, now }),
  ])
  const until = provedUntil(proof?.provedAt ?? null)
  return {
    passkeys: passkeys.map(passkeyView),
    totp: counts.totp > 0,
    recoveryCodes: counts.recovery,
    provedUntil: until > now ? until.toISOString() : null,
  }
}
