import type {
  AddPasskeyInput,
  AddPasskeyOutput,
  Passkey,
  PasskeyInput,
  PasskeyOptionsInput,
  PasskeyOptionsOutput,
  PasskeyOutput,
  RenamePasskeyInput,
} from '@deskbell/contract/access/factors'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { passkeysMax } from '@deskbell/contract/limits'
import {
  deletePasskey,
  findChallenge,
  findPasskey,
  insertPasskey,
  listPasskeys,
  notePasskeyUse,
  type PasskeyRow,
  renamePasskey as rename,
  takeChallenge,
} from '@deskbell/db/queries/users/factors'
import type { UserRow } from '@deskbell/db/queries/users/users'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { requireSession } from '../../writer/require-session.ts'
import { note } from '../accounts/audit.ts'
import { requireSecure } from '../accounts/require-secure.ts'
import { createChallenge, hashChallenge, methodsOf } from './challenges.ts'
import { type Caller, changeFactors, lockOwner, requireProof, type Site } from './change-factors.ts'
import { forgetUnusedCodes, makeRecoveryCodes } from './recovery-codes.ts'
import {
  type Assertion,
  assertionOptions,
  creationOptions,
  parseCredential,
  verifyAssertion,
  verifyCredential,
} from './web-authn.ts'

/**
 * Begins a sign-in or a proof by passkey. With the challenge of a sign-in that waits for its second factor, the passkeys of
 * that account are asked for; throws `invalid_credentials` when it has ended.
 */
export async function passkeyOptions(
  core: Core,
  input: PasskeyOptionsInput,
  site: Site,
): Promise<PasskeyOptionsOutput> {
  requireSecure(core)
  const challenge = input?.challenge
  if (challenge === undefined) {
    const made = await createChallenge(core, { kind: 'passkey', userId: null, data: null })
    return { options: assertionOptions(site, made, []) }
  }
  const token = { tokenHash: hashChallenge(challenge), kind: 'sign-in', now: core.clock.now() } as const
  const begun = await findChallenge(core.db.orm, token)
  if (begun?.userId == null) throw new AppError('invalid_credentials')
  const passkeys = await listPasskeys(core.db.orm, begun.userId)
  return {
    options: assertionOptions(
      site,
      challenge,
      passkeys.map(({ id }) => id),
    ),
  }
}

/** Begins to add a passkey. The ceremony has five minutes. */
export async function beginPasskey(core: Core, actor: Actor, { site }: Caller): Promise<PasskeyOptionsOutput> {
  requireSecure(core)
  const options = await inTransaction(core.db, async (tx) => {
    const owner = await lockOwner(tx, actor)
    await requireProof(core, tx, actor)
    return creationOptions(site, owner, await listPasskeys(tx, owner.id))
  })
  const challenge = await createChallenge(core, { kind: 'new-passkey', userId: actor.userId, data: null })
  return { options: { ...options, challenge } }
}

/**
 * Adds a passkey. With the first factor come recovery codes. Throws `invalid_credentials` when the answer of the browser is
 * wrong or late, and `invalid_input` for a passkey that there is, and for one too many.
 */
export async function addPasskey(
  core: Core,
  actor: Actor,
  { name, credential: text, address, site }: AddPasskeyInput & Caller,
): Promise<AddPasskeyOutput> {
  requireSecure(core)
  const credential = parseCredential(text)
  const token = { tokenHash: hashChallenge(credential.challenge), kind: 'new-passkey', now: core.clock.now() } as const
  // Used up whatever comes of it.
  const begun = await takeChallenge(core.db.orm, token)
  if (begun?.userId !== actor.userId) throw new AppError('invalid_credentials')
  const verified = await verifyCredential(credential, site)
  const passkey = { ...verified, userId: actor.userId, name, createdAt: core.clock.now(), usedAt: null }
  return changeFactors(core, actor, {
    ...{ action: 'auth.addPasskey', address },
    async run(tx, owner) {
      const isFirst = (await methodsOf(tx, owner.id)).length === 0
      if ((await listPasskeys(tx, owner.id)).length >= passkeysMax)
        throw new AppError('invalid_input', { detail: `There are ${passkeysMax} passkeys. Remove one first.` })
      if (!(await insertPasskey(tx, passkey)))
        throw new AppError('invalid_input', { detail: 'This passkey has been added before.' })
      const recoveryCodes = isFirst ? await makeRecoveryCodes(tx, owner.id) : []
      return { target: name, output: { passkey: passkeyView(passkey), recoveryCodes } }
    },
  })
}

/** Renames an own passkey, which needs no proof. Throws `not_found`. */
export async function renamePasskey(
  core: Core,
  actor: Actor,
  { passkeyId, name, address }: RenamePasskeyInput & Pick<Caller, 'address'>,
): Promise<PasskeyOutput> {
  requireSecure(core)
  return inTransaction(core.db, async (tx) => {
    await requireSession(core, tx, actor)
    const passkey = await rename(tx, { id: passkeyId, userId: actor.userId, name })
    if (passkey === undefined) throw new AppError('not_found')
    await note(core, tx, { actorId: actor.userId, action: 'auth.renamePasskey', target: name, address })
    return { passkey: passkeyView(passkey) }
  })
}

/** Removes an own passkey. Throws `not_found`. */
export function removePasskey(
  core: Core,
  actor: Actor,
  { passkeyId, address }: PasskeyInput & Pick<Caller, 'address'>,
): Promise<void> {
  return changeFactors(core, actor, {
    ...{ action: 'auth.removePasskey', address },
    async run(tx, owner) {
      const passkey = await deletePasskey(tx, { id: passkeyId, userId: owner.id })
      if (passkey === undefined) throw new AppError('not_found')
      await forgetUnusedCodes(tx, owner.id)
      return { target: passkey.name, output: undefined }
    },
  })
}

/**
 * Checks an assertion by a passkey of this operator, whose row is locked, so that the counter rises. The caller uses the
 * challenge up.
 */
export async function usePasskey(
  core: Core,
  tx: Tx,
  { owner, assertion, site }: { owner: UserRow; assertion: Assertion; site: Site },
): Promise<void> {
  const passkey = await findPasskey(tx, { id: assertion.id, userId: owner.id })
  if (passkey === undefined) throw new AppError('invalid_credentials')
  const { counter } = await verifyAssertion(assertion, { site, passkey, owner })
  await notePasskeyUse(tx, { id: passkey.id, counter, usedAt: core.clock.now() })
}

/** Uses up the challenge of `passkeyOptions` that an assertion answers, whatever it proves. Throws `invalid_credentials`. */
export async function usePasskeyChallenge(core: Core, { challenge }: Assertion): Promise<void> {
  const token = { tokenHash: hashChallenge(challenge), kind: 'passkey', now: core.clock.now() } as const
  if ((await takeChallenge(core.db.orm, token)) === undefined) throw new AppError('invalid_credentials')
}

export function passkeyView({ id, name, createdAt, usedAt }: PasskeyRow): Passkey {
  return { id, name, createdAt: createdAt.toISOString(), lastUsedAt: usedAt?.toISOString() ?? null }
}
