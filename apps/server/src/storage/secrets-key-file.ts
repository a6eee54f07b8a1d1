import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createSecretsKey, SecretBox } from '@deskbell/core/secrets/secret-box'
import { adoptSecretsKey } from '@deskbell/core/secrets/secrets-key'
import type { Database } from '@deskbell/db/database'
import { StartupError } from '../start/startup-error.ts'

/**
 * Reads the keys that encrypt stored secrets, one a line, and makes the file if it does not exist. Throws `StartupError`
 * when others can read it, and when the secrets of this database were encrypted with another key.
 */
export async function openSecrets(path: string, db: Database): Promise<SecretBox> {
  const box = await readKeys(path)
  if (await adoptSecretsKey(db, box)) return box
  throw new StartupError(
    `${path} is not the key with which the secrets in the database were encrypted: ` +
      'set SECRETS_KEY_FILE to the file of the other processes, or bring it back from a backup',
  )
}

async function readKeys(path: string): Promise<SecretBox> {
  try {
    await makeIfMissing(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new StartupError(`${path} cannot be made or read (${String(code)}): set SECRETS_KEY_FILE`)
  }
  // Windows has no such bits, and says that everybody may read.
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0)
    throw new StartupError(`${path} can be read by others: chmod 600 it`)
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim())
  try {
    return new SecretBox(lines.filter((line) => line !== ''))
  } catch {
    throw new StartupError(`${path} must have one key a line: 43 characters, as the server makes them`)
  }
}

/** Of processes that start at the same moment one makes the file, and no other reads it before it is whole. */
async function makeIfMissing(path: string): Promise<void> {
  if (await exists(path)) return
  await mkdir(dirname(path), { recursive: true })
  // In containers with one volume, every process has the same pid.
  const draft = `${path}.${randomUUID()}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${createSecretsKey()}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
  } catch (error) {
    if (!(await exists(path))) throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}
