import { identityKeys } from '@deskbell/db/schema/identity-keys'
import { inTransaction } from '@deskbell/db/transaction'
import { newOperator } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { expect, test } from 'vitest'
import { createSecretsKey, SecretBox } from './secret-box.ts'
import { adoptSecretsKey, sealIn } from './secrets-key.ts'

const [first, second] = [createSecretsKey(), createSecretsKey()]

test('[SECRET-3] a process without the key of the deployment is told so, and rotation seals all anew', async () => {
  await using fresh = await freshCore()
  const { db } = fresh.core
  const { userId: createdBy } = await newOperator(fresh.core)
  expect(await adoptSecretsKey(db, new SecretBox([second]))).toBe(true)

  const box = new SecretBox([first])
  await inTransaction(db, async (tx) => {
    const secret = await sealIn(tx, box, { secret: 'hush', place: 'identity_keys/a' })
    await tx.insert(identityKeys).values({ kid: 'a', alg: 'HS256', secret, createdBy, createdAt: new Date() })
  })
  expect(await adoptSecretsKey(db, box)).toBe(true)
  expect(await adoptSecretsKey(db, new SecretBox([second]))).toBe(false)
  const other = inTransaction(db, (tx) => sealIn(tx, new SecretBox([second]), { secret: 'x', place: 'y' }))
  await expect(other).rejects.toThrow('Another process')

  expect(await adoptSecretsKey(db, new SecretBox([second, first]))).toBe(true)
  expect(await adoptSecretsKey(db, new SecretBox([first]))).toBe(false)
  const [stored] = await db.orm.select().from(identityKeys)
  expect(new SecretBox([second]).open(stored?.secret ?? '', 'identity_keys/a')).toBe('hush')
})
