import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataFolder } from './data-folder.ts'
import type { SystemUser } from './system-users.ts'

export type SocketFolder = { path: string; remove(): Promise<void> }

const port = 5432
const socketName = `.s.PGSQL.${port}`
/** What fits into a socket's address: 108 bytes with the final zero on Linux, 104 on macOS. */
const socketPathBytesMax = 103

/**
 * A folder that only the server's user enters; in a temporary place when the data folder's path is too long.
 * Call it only when no server of this folder runs any more.
 */
export async function openSocketFolder(folder: DataFolder, owner: SystemUser | undefined): Promise<SocketFolder> {
  const inside = join(folder.path, 'run')
  const path = fits(inside) ? inside : await mkdtemp(temporaryPrefix())
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
  if (owner) await chown(path, owner.uid, owner.gid)
  // Left by a server that was killed. If their process id is in use again, PostgreSQL would not start over them.
  for (const name of [socketName, `${socketName}.lock`]) await rm(join(path, name), { force: true })
  return { path, remove: async () => (path === inside ? undefined : rm(path, { recursive: true, force: true })) }
}

/** No password: the socket is private, and the kernel tells the server which user is at the other end. */
export function socketConnectionString(socketFolder: string, role: string, database: string): string {
  return `postgresql://${role}@/${database}?host=${encodeURIComponent(socketFolder)}&port=${port}`
}

function temporaryPrefix(): string {
  const prefix = join(tmpdir(), 'deskbell-')
  return fits(`${prefix}XXXXXX`) ? prefix : '/tmp/deskbell-'
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, socketName)) <= socketPathBytesMax
}
