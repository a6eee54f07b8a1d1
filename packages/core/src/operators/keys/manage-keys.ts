import type { CreateKeyInput, CreateKeyOutput, DeleteKeyInput, KeysOutput } from '@deskbell/contract/access/keys'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { deleteApiKey, insertApiKey, listApiKeys } from '@deskbell/db/queries/users/api-keys'
import { inTransaction } from '@deskbell/db/transaction'
import { note } from '../../auth/accounts/audit.ts'
import { requireAdmin } from '../../auth/accounts/require-secure.ts'
import { createKeySecret, hashSessionToken } from '../../auth/session-token.ts'
import { returnChats } from '../../chats/changes/return-chats.ts'
import type { Core } from '../../context.ts'

/** A key ends when an admin deletes it, and not by time. */
const never = new Date('9999-12-31T00:00:00.000Z')

/** The network address of the caller. */
type Called = { address: string }

/** Makes a key for a program, which acts as an operator of its name. Throws `forbidden` for who is no admin. */
export async function createKey(core: Core, actor: Actor, input: CreateKeyInput & Called): Promise<CreateKeyOutput> {
  const { name, address } = input
  const scopes = [...new Set(input.scopes)]
  const secret = createKeySecret()
  const createdAt = core.clock.now()
  const id = await inTransaction(core.db, async (tx) => {
    await requireAdmin(core, tx, actor)
    const key = { name, scopes, authMode: core.authMode, createdBy: actor.userId, createdAt, expiresAt: never }
    await note(core, tx, { actorId: actor.userId, action: 'keys.create', target: name, address })
    return await insertApiKey(tx, { ...key, tokenHash: hashSessionToken(secret) })
  })
  return { key: { id, name, scopes, createdAt: createdAt.toISOString(), lastUsedAt: null }, secret }
}

/** All keys, oldest first, without their secrets. */
export async function listKeys(core: Core): Promise<KeysOutput> {
  const rows = await listApiKeys(core.db.orm, core.authMode)
  const items = rows.map(({ id, name, scopes, createdAt, usedAt }) => {
    const lastUsedAt = usedAt?.toISOString() ?? null
    return { id, name, scopes: scopes ?? [], createdAt: createdAt.toISOString(), lastUsedAt }
  })
  return { items }
}

/**
 * Deletes a key: it ends at once, its sockets within two seconds, and its open chats return to the queue. Throws
 * `not_found`, and `forbidden` for who is no admin.
 */
export async function deleteKey(core: Core, actor: Actor, { keyId, address }: DeleteKeyInput & Called): Promise<void> {
  const { sessionId, userId } = await inTransaction(core.db, async (tx) => {
    await requireAdmin(core, tx, actor)
    const key = await deleteApiKey(tx, keyId)
    if (key === undefined) throw new AppError('not_found')
    await note(core, tx, { actorId: actor.userId, action: 'keys.delete', target: key.name, address })
    return key
  })
  core.bus.publish({ t: 'session', sessionId })
  await returnChats(core, actor, userId)
}
