import { AppError } from '@deskbell/contract/errors'
import { oidcSignInMs } from '@deskbell/contract/limits'
import { normalEmail, normalName } from '@deskbell/contract/normal-form'
import type { Access, LoginOutput } from '@deskbell/contract/users'
import { findAccount, findAccountByEmail, insertAccount } from '@deskbell/db/queries/users/accounts'
import {
  findOidcUser,
  insertOidcAccount,
  insertOidcChallenge,
  takeInvitation,
  takeOidcSignIn,
} from '@deskbell/db/queries/users/oidc'
import { type UserRow, upsertUser } from '@deskbell/db/queries/users/users'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { type Claims, ProviderError } from '../../oidc/identity-provider.ts'
import type { Oidc } from '../../oidc/oidc.ts'
import { note } from '../accounts/audit.ts'
import { startSession } from '../start-session.ts'
import { createOidcToken, hashOidcToken } from './oidc-token.ts'

/**
 * Why nobody was signed in. `expired`: this browser has no such sign-in in progress. `denied`, `failed`, `unavailable`: of
 * the provider. `unverified`: it does not vouch for the address. `not_allowed`: the address may not sign in there, or the
 * account is disabled. `not_invited`: there is neither an account nor an invitation of the address.
 */
export type OidcRefusal = 'expired' | 'denied' | 'failed' | 'unavailable' | 'unverified' | 'not_allowed' | 'not_invited'

export type OidcOutcome =
  | { is: 'signedIn'; login: LoginOutput }
  /** There is an account of the address. Its owner has to sign in as ever, and then `confirmOidcLink` takes this token. */
  | { is: 'unconfirmed'; token: string }
  | { is: 'refused'; reason: OidcRefusal }

/** What comes back: the query, and the token of the browser. `address`: of the caller. */
export type OidcCallback = { query: string; token: string; address: string }

/**
 * Begins a sign-in at the identity provider. The browser keeps `token` and goes to `url`. Throws `not_found` where there
 * is no provider, and `unavailable` when it does not answer.
 */
export async function beginOidcSignIn(core: Core): Promise<{ url: string; token: string }> {
  const { provider } = requireOidc(core)
  const { url, checks } = await provider.begin().catch((error: unknown) => {
    const { detail } = asProviderError(error)
    core.log.warn({ detail }, 'The identity provider cannot be used')
    throw new AppError('unavailable', { cause: error })
  })
  const token = createOidcToken()
  await insertOidcChallenge(core.db.orm, {
    kind: 'oidc',
    tokenHash: hashOidcToken(token) ?? '',
    data: { issuer: provider.issuer, ...checks },
    expiresAt: new Date(core.clock.now().getTime() + oidcSignInMs),
  })
  return { url, token }
}

/**
 * Ends a sign-in at the identity provider. Somebody who was there before is known by issuer and subject alone; somebody
 * new needs a verified address that is allowed, and an invitation of it, which is accepted by that. Each works once.
 */
export async function finishOidcSignIn(core: Core, callback: OidcCallback): Promise<OidcOutcome> {
  const outcome = await finish(core, callback)
  if (outcome.is === 'refused') core.log.info({ reason: outcome.reason }, 'A sign-in by OpenID Connect was refused')
  return outcome
}

async function finish(core: Core, { query, token, address }: OidcCallback): Promise<OidcOutcome> {
  const { provider, allowed } = requireOidc(core)
  const state = new URLSearchParams(query).get('state') ?? ''
  const taken = { tokenHash: hashOidcToken(token) ?? '', now: core.clock.now(), state }
  const checks = await takeOidcSignIn(core.db.orm, taken)
  // It was begun before the provider was replaced by another.
  if (checks === undefined || checks.issuer !== provider.issuer) return refused('expired')
  const claims = await provider.finish(query, checks).catch((error: unknown) => asProviderError(error))
  if (claims instanceof ProviderError) {
    core.log.info({ detail: claims.detail }, 'The identity provider signed nobody in')
    return refused(claims.fault)
  }
  const known = await findOidcUser(core.db.orm, claims)
  if (known !== undefined) return await signInKnown(core, known, { allowed, claims, address })
  return await signInNew(core, { allowed, claims, address })
}

type Claimed = { allowed: Oidc['allowed']; claims: Claims; address: string }

async function signInKnown(core: Core, user: UserRow, { allowed, claims, address }: Claimed): Promise<OidcOutcome> {
  if (user.email === null || !allowed.has(user.email)) return refused('not_allowed')
  const account = await findAccount(core.db.orm, user.id)
  if (account === undefined || account.disabledAt !== null) return refused('not_allowed')
  return await signedIn(core, { user, access: account.access, claims, address })
}

async function signInNew(core: Core, { allowed, claims, address }: Claimed): Promise<OidcOutcome> {
  const email = claims.emailVerified && claims.email !== null ? normalEmail(claims.email).value : undefined
  if (email === undefined) return refused('unverified')
  if (!allowed.has(email)) return refused('not_allowed')
  const found = await findAccountByEmail(core.db.orm, email)
  if (found === undefined) return await acceptInvitation(core, { email, claims, address })
  if (found.account.disabledAt !== null) return refused('not_allowed')
  return await askOwner(core, { user: found.user, email, claims })
}

/** The address alone links nothing: who gets an address of a former colleague would get the account. */
async function askOwner(
  core: Core,
  { user, email, claims }: { user: UserRow; email: string; claims: Claims },
): Promise<OidcOutcome> {
  const token = createOidcToken()
  const { issuer, subject } = claims
  const begunAt = core.clock.now()
  await insertOidcChallenge(core.db.orm, {
    kind: 'oidcLink',
    tokenHash: hashOidcToken(token) ?? '',
    userId: user.id,
    data: { issuer, subject, email, begunAt: begunAt.toISOString() },
    expiresAt: new Date(begunAt.getTime() + oidcSignInMs),
  })
  return { is: 'unconfirmed', token }
}

type Accepting = { email: string; claims: Claims; address: string }

async function acceptInvitation(core: Core, { email, claims, address }: Accepting): Promise<OidcOutcome> {
  const now = core.clock.now()
  const passwordHash = core.passwords.unusable()
  const made = await inTransaction(core.db, async (tx) => {
    const taken = await takeInvitation(tx, { email, now })
    if (taken?.access == null) return null
    const user = await upsertUser(tx, { email, name: nameOf(claims, email), role: 'operator' })
    const { issuer, subject } = claims
    const isNew =
      (await insertAccount(tx, { userId: user.id, access: taken.access, passwordHash })) &&
      (await insertOidcAccount(tx, { issuer, subject, userId: user.id, createdAt: now }))
    // Another sign-in was quicker. The invitation stays, because the transaction ends without a trace.
    if (!isNew) throw new AppError('unavailable')
    await note(core, tx, { actorId: user.id, action: 'auth.oidcAccept', target: email, address })
    return { user, access: taken.access }
  })
  if (made === null) return refused('not_invited')
  return await signedIn(core, { ...made, claims, address })
}

type Starting = { user: UserRow; access: Access; claims: Claims; address: string }

async function signedIn(core: Core, { user, access, claims, address }: Starting): Promise<OidcOutcome> {
  let isOut = false
  const login = await startSession(core, {
    user,
    access,
    // The account may have been disabled since it was read.
    async check(tx) {
      const [account, owner] = [await findAccount(tx, user.id), await findOidcUser(tx, claims)]
      isOut = account === undefined || account.disabledAt !== null || owner?.id !== user.id
      if (isOut) throw new AppError('forbidden')
      await note(core, tx, { actorId: user.id, action: 'auth.oidcSignIn', target: user.name, address })
    },
  }).catch((error: unknown) => {
    if (isOut) return null
    throw error
  })
  return login === null ? refused('not_allowed') : { is: 'signedIn', login }
}

function requireOidc({ oidc, authMode }: Core): Oidc {
  if (oidc === null || authMode === 'open') throw new AppError('not_found')
  return oidc
}

function refused(reason: OidcRefusal): OidcOutcome {
  return { is: 'refused', reason }
}

function asProviderError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error
  throw error
}

/** A name that no user may have, and none at all, becomes the local part of the address. */
function nameOf({ name }: Claims, email: string): string {
  const [local = ''] = email.split('@', 1)
  return normalName(name ?? '').value ?? normalName(local).value ?? 'Operator'
}
