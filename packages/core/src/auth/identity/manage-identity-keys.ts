import { randomBytes } from 'node:crypto'
import type {
  CreateIdentityKeyInput,
  CreateIdentityKeyOutput,
  DeleteIdentityKeyInput,
  IdentityKeysOutput,
} from '@deskbell/contract/access/identity'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { identityKeysMax } from '@deskbell/contract/limits'
import { lockDeployment } from '@deskbell/db/locks'
import {
  countIdentityKeys,
  deleteIdentityKey as deleteKey,
  listIdentityKeys as findKeys,
  insertIdentityKey,
} from '@deskbell/db/queries/users/identity-keys'
import { secretPlaces } from '@deskbell/db/queries/users/secrets'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { sealIn } from '../../secrets/secrets-key.ts'
import { note } from '../accounts/audit.ts'
import { requireAdmin } from '../accounts/require-secure.ts'
import { parsePublicKey } from './public-key.ts'

/** The network address of the caller. */
type Called = { address: string }

/**
 * Makes a key with which the own site signs identities: for HS256 with a new secret, for ES256 with the public key of
 * the site. Throws `invalid_input`, `too_many_keys`, and `forbidden` for who is no admin.
 */
export async function createIdentityKey(
  core: Core,
  actor: Actor,
  { address, ...input }: CreateIdentityKeyInput & Called,
): Promise<CreateIdentityKeyOutput> {
  const kid = randomBytes(12).toString('base64url')
  const { alg } = input
  const secret = alg === 'HS256' ? `dbi_${randomBytes(32).toString('base64url')}` : null
  const publicKey = publicKeyOf(input)
  await inTransaction(core.db, async (tx) => {
    await lockKeys(core, tx, actor)
    if ((await countIdentityKeys(tx)) >= identityKeysMax) throw new AppError('too_many_keys')
    const key = { kid, alg, publicKey, createdBy: actor.userId, createdAt: core.clock.now() }
    const sealed = secret && (await sealIn(tx, core.secrets, { secret, place: secretPlaces.identityKey(kid) }))
    await insertIdentityKey(tx, { ...key, secret: sealed })
    await note(core, tx, { actorId: actor.userId, action: 'identityKeys.create', target: kid, address })
  })
  return { kid, ...(secret !== null && { secret }) }
}

/** All keys, oldest first, without their secrets. */
export async function listIdentityKeys(core: Core): Promise<IdentityKeysOutput> {
  const rows = await findKeys(core.db.orm)
  return { items: rows.map(({ createdAt, ...row }) => ({ ...row, createdAt: createdAt.toISOString() })) }
}

/**
 * Deletes a key: no identity that it has signed is accepted from then on. Sessions that began with one go on. Throws
 * `not_found`, and `forbidden` for who is no admin.
 */
export async function deleteIdentityKey(
  core: Core,
  actor: Actor,
  { kid, address }: DeleteIdentityKeyInput & Called,
): Promise<void> {
  await inTransaction(core.db, async (tx) => {
    await lockKeys(core, tx, actor)
    if (!(await deleteKey(tx, kid))) throw new AppError('not_found')
    await note(core, tx, { actorId: actor.userId, action: 'identityKeys.delete', target: kid, address })
  })
}

/** The deployment first, as at the start of a process, which then locks the admins. */
async function lockKeys(core: Core, tx: Tx, actor: Actor): Promise<void> {
  await lockDeployment(tx)
  await requireAdmin(core, tx, actor)
}

function publicKeyOf({ alg, publicKey }: CreateIdentityKeyInput): Record<string, string> | null {
  if (alg === 'HS256') {
    if (publicKey === undefined) return null
    throw refused('is for ES256 only')
  }
  if (publicKey === undefined) throw refused('is required')
  return parsePublicKey(publicKey) ?? raise(refused('is no public key on P-256, as SPKI PEM or as a JWK'))
}

function refused(message: string): AppError {
  return new AppError('invalid_input', { issues: [{ path: 'publicKey', message }] })
}

function raise(error: Error): never {
  throw error
}
