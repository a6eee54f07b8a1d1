import type { Database } from '@deskbell/db/database'
import { lockSealedSecrets, lockSecretsKeyId, setSecretsKeyId } from '@deskbell/db/queries/users/secrets'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { SecretBox } from './secret-box.ts'

/**
 * Compares the keys of this process with the key of the deployment. Returns false when the process has not got it. When
 * it is one of the further keys, all secrets are sealed anew with the first, which becomes the key of the deployment.
 */
export async function adoptSecretsKey(db: Database, box: SecretBox): Promise<boolean> {
  return await inTransaction(db, async (tx) => {
    const keyId = await lockSecretsKeyId(tx)
    if (keyId === null || keyId === box.keyId) return true
    if (!box.has(keyId)) return false
    for (const { place, sealed, replace } of await lockSealedSecrets(tx))
      await replace(tx, box.seal(box.open(sealed, place), place))
    await setSecretsKeyId(tx, box.keyId)
    return true
  })
}

/**
 * Seals a secret in the transaction that stores it. The first one binds the deployment to the key. Throws when another
 * process has bound it to another key since this one started.
 */
export async function sealIn(tx: Tx, box: SecretBox, { secret, place }: { secret: string; place: string }) {
  const keyId = await lockSecretsKeyId(tx)
  if (keyId === null) await setSecretsKeyId(tx, box.keyId)
  else if (keyId !== box.keyId) throw new Error(`Another process seals with the secrets key ${keyId}.`)
  return box.seal(secret, place)
}
