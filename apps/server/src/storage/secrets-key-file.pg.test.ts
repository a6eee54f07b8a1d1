import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecretsKey } from '@deskbell/core/secrets/secret-box'
import { sealIn } from '@deskbell/core/secrets/secrets-key'
import { inTransaction } from '@deskbell/db/transaction'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { expect, test } from 'vitest'
import { openSecrets } from './secrets-key-file.ts'

async function freshFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'deskbell-secrets-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('[SECRET-4] the key file is made once, for its owner alone, by however many processes', async () => {
  await using fresh = await freshDatabase()
  await using folder = await freshFolder()
  const path = join(folder.path, 'deep', 'secrets.key')
  const boxes = await Promise.all(Array.from({ length: 8 }, () => openSecrets(path, fresh.db)))
  expect(new Set(boxes.map(({ keyId }) => keyId)).size).toBe(1)
  expect(await readdir(join(folder.path, 'deep'))).toEqual(['secrets.key'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readFile(path, 'utf8')).toMatch(/^[\w-]{43}\n$/)
})

test('[SECRET-4] a file that others can read, or without a key, stops the start', async () => {
  await using fresh = await freshDatabase()
  await using folder = await freshFolder()
  const path = join(folder.path, 'secrets.key')
  await writeFile(path, createSecretsKey(), { mode: 0o600 })
  await openSecrets(path, fresh.db)
  for (const mode of [0o640, 0o604, 0o602]) {
    await chmod(path, mode)
    await expect(openSecrets(path, fresh.db), mode.toString(8)).rejects.toThrow('can be read by others')
  }
  await chmod(path, 0o600)
  for (const text of ['', '\n', 'secret\n', `${createSecretsKey()}\nchangeme\n`]) {
    await writeFile(path, text)
    await expect(openSecrets(path, fresh.db), text).rejects.toThrow('one key a line')
  }
  await expect(openSecrets(join(path, 'below'), fresh.db)).rejects.toThrow('cannot be made or read (ENOTDIR)')
})

test('[SECRET-3] another key than that of the database stops the start, also when the own one was lost', async () => {
  await using fresh = await freshDatabase()
  await using folder = await freshFolder()
  const [path, other] = [join(folder.path, 'a'), join(folder.path, 'b')]
  const box = await openSecrets(path, fresh.db)
  await inTransaction(fresh.db, (tx) => sealIn(tx, box, { secret: 'hush', place: 'here' }))
  await expect(openSecrets(other, fresh.db)).rejects.toThrow('is not the key')
  const rotated = join(folder.path, 'c')
  const [newer, older] = [createSecretsKey(), await readFile(path, 'utf8')]
  await writeFile(rotated, `${newer}\n${older}`, { mode: 0o600 })
  await openSecrets(rotated, fresh.db)
  await expect(openSecrets(path, fresh.db)).rejects.toThrow('is not the key')
})
