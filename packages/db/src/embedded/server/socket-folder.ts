import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataFolder } from '../data-folder/data-folder.ts'
import type { SystemUser } from '../system-users.ts'

export type SocketFolder = { path: string; remove(): Promise<void> }

const port = 5432
const socketName = `.s.PGSQL.${port}`
/** The maximum length of a socket address is 108 bytes with the final zero on Linux, and 104 on macOS. */
const socketPathBytesMax = 103

/**
 * Makes a folder for the socket that only the server's user may enter. It is in the data folder, or in a temporary
 * folder when that path is too long. Call it only when no server of this data folder is running.
 */
export async function openSocketFolder(folder: DataFolder, owner: SystemUser | undefined): Promise<SocketFolder> {
  const inside = join(folder.path, 'run')
  const path = fits(inside) ? inside : await mkdtemp(temporaryPrefix())
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
  if (owner) await chown(path, owner.uid, owner.gid)
  // A killed server leaves these files. If their process id is in use again, PostgreSQL would refuse to start.
  for (const name of [socketName, `${socketName}.lock`]) await rm(join(path, name), { force: true })
  return { path, remove: async () => (path === inside ? undefined : rm(path, { recursive: true, force: true })) }
}

/** There is no password: the folder is private, and the kernel gives the server the user of the connecting process. */
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
