import { eq } from 'drizzle-orm'
import { deployment } from '../../schema/deployment.ts'
import { identityKeys } from '../../schema/identity-keys.ts'
import { totpSecrets } from '../../schema/second-factors.ts'
import type { Tx } from '../../transaction.ts'

/** Returns the id of the key that seals the secrets of this deployment; null while it has none. */
export async function lockSecretsKeyId(tx: Tx): Promise<string | null> {
  const [row] = await tx.select({ keyId: deployment.secretsKeyId }).from(deployment).for('update')
  return row?.keyId ?? null
}

export async function setSecretsKeyId(tx: Tx, keyId: string): Promise<void> {
  await tx.update(deployment).set({ secretsKeyId: keyId })
}

/** Where a secret is stored, and how it is replaced there. */
export type SealedSecret = { place: string; sealed: string; replace(tx: Tx, sealed: string): Promise<unknown> }

/** The places at which secrets are sealed; see `SecretBox.seal`. */
export const secretPlaces = {
  identityKey: (kid: string) => `identity_keys/${kid}`,
  totp: (userId: number) => `totp_secrets/${userId}`,
}

/** Returns all secrets that are stored. */
export async function lockSealedSecrets(tx: Tx): Promise<SealedSecret[]> {
  const keys = await tx.select({ kid: identityKeys.kid, sealed: identityKeys.secret }).from(identityKeys).for('update')
  const apps = await tx
    .select({ userId: totpSecrets.userId, sealed: totpSecrets.secret })
    .from(totpSecrets)
    .for('update')
  return [
    ...keys.flatMap(({ kid, sealed }) => {
      if (sealed === null) return []
      const replace = (inside: Tx, secret: string) =>
        inside.update(identityKeys).set({ secret }).where(eq(identityKeys.kid, kid))
      return [{ place: secretPlaces.identityKey(kid), sealed, replace }]
    }),
    ...apps.map(({ userId, sealed }) => {
      const replace = (inside: Tx, secret: string) =>
        inside.update(totpSecrets).set({ secret }).where(eq(totpSecrets.userId, userId))
      return { place: secretPlaces.totp(userId), sealed, replace }
    }),
  ]
}
