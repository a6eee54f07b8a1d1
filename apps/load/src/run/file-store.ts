import { randomBytes } from 'node:crypto'
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

const ending = '.bytes'
/** A sweep leaves what is younger than an hour. */
const agedMs = 2 * 60 * 60_000

/** The keys of everything in the store of a server with this folder, read from the disk. */
export async function storedKeys(dataDir: string): Promise<string[]> {
  const root = join(dataDir, 'files/stored')
  const paths = await filesIn(root)
  return paths.map((path) => relative(root, path).slice(0, -ending.length)).toSorted()
}

/** Leaves what a server leaves that is killed between the bytes and their row: a file, a thumbnail, a part. */
export async function plantOrphans(dataDir: string): Promise<void> {
  const id = randomBytes(16).toString('hex')
  for (const key of [`files/${id}/file`, `files/${id}/thumbnail`, `uploads/${id}/000000000000-0`]) {
    const path = join(dataDir, 'files/stored', key + ending)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, 'x', { mode: 0o600 })
  }
}

/** Makes everything in the store as old as if it had been put there two hours ago. */
export async function ageStore(dataDir: string): Promise<void> {
  const then = new Date(Date.now() - agedMs)
  for (const path of await filesIn(join(dataDir, 'files/stored'))) {
    const found = await stat(path).catch(() => null)
    if (found !== null && found.mtimeMs > then.getTime()) await utimes(path, then, then).catch(() => undefined)
  }
}

/** A folder that is removed meanwhile has no files. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
