import { chmod, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { userById } from '../system-users.ts'
import { DataFolderError } from './data-folder-error.ts'

export type DataFolder = {
  /** The real path. */
  path: string
  /** The folder of PostgreSQL. A backup needs only this folder. */
  cluster: string
}

/**
 * Makes the data folder and its parents, private to the user of this process. Throws a `DataFolderError` when that is
 * not possible, or when the folder belongs to another user.
 */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  try {
    await makeFolder(dataDir)
    const path = await realpath(dataDir)
    await refuseForeignOwner(path)
    await makePrivate(path)
    return { path, cluster: join(path, 'postgres') }
  } catch (cause) {
    if (cause instanceof DataFolderError) throw cause
    throw new DataFolderError(`The data folder ${dataDir} cannot be used: ${reason(cause)}.`, { cause })
  }
}

/** Reports whether the folder contains a database. Refuses a database that belongs to another user. */
export async function hasCluster(folder: DataFolder): Promise<boolean> {
  const found = await stat(folder.cluster).catch(() => undefined)
  if (!found) return false
  // When this process runs as root, the database belongs to the unprivileged user that the server runs as.
  if (process.geteuid?.() !== 0) await refuseForeignOwner(folder.cluster)
  return (await readdir(folder.cluster)).includes('PG_VERSION')
}

/** Refuses a database of another major version, which must be dumped and restored. */
export async function refuseOtherVersion(folder: DataFolder, major: string): Promise<void> {
  const found = (await readFile(join(folder.cluster, 'PG_VERSION'), 'utf8')).trim()
  if (found === major) return
  throw new DataFolderError(
    `The data folder ${folder.path} holds a PostgreSQL ${found} database, and this Deskbell brings ${major}: dump it with ${found} and restore it, or choose another DATA_DIR.`,
  )
}

/** Node's own recursive `mkdir` does not return for a path where no folder can be made, such as one below `/proc`. */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path) await makeFolder(parent)
  await mkdir(path, { mode: 0o700 }).catch(async (cause: unknown) => {
    // Another process may have made it in the meantime.
    if (!(await isFolder(path))) throw cause
  })
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function refuseForeignOwner(path: string): Promise<void> {
  const me = process.geteuid?.()
  const { uid } = await stat(path)
  if (me === undefined || uid === me) return
  const owner = (await userById(uid))?.name ?? `user ${uid}`
  throw new DataFolderError(
    `The data folder ${path} belongs to ${owner}: start Deskbell as that user, or choose another DATA_DIR.`,
  )
}

/** Changes the mode only of a new folder or one of ours: `DATA_DIR=/tmp` must not close /tmp to other users. */
async function makePrivate(path: string): Promise<void> {
  const names = await readdir(path)
  const ours = names.length === 0 || names.includes('postgres') || names.includes('lock')
  if (ours) await chmod(path, 0o700)
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if ('code' in cause && cause.code === 'EACCES') return 'permission denied'
  if ('code' in cause && (cause.code === 'EEXIST' || cause.code === 'ENOTDIR')) return 'it is not a folder'
  return cause.message
}
