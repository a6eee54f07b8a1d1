import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFolder } from './data-folder.ts'

/*
 * A copy of the stopped folder is the plainest backup. Put back, it is history rewritten: places in the logs that
 * clients have already seen will be given to other messages, and nothing inside the database tells. But a copy is
 * another file. The number and the birth of `pg_control`, which the server only ever writes in place, are kept beside
 * the cluster; when they differ, the database is a copy, and its seed has to change.
 * A disk that is wound back below the file system cannot be noticed this way.
 */

/** Whether the cluster is other files than the last time. True also when there was no last time. */
export async function wasCopied(folder: DataFolder): Promise<boolean> {
  const known = (await readFile(recordPath(folder), 'utf8').catch(() => '')).trim()
  return known !== (await identity(folder))
}

/** Call it when the seed has been changed, and while the server runs. */
export async function rememberPlace(folder: DataFolder): Promise<void> {
  await writeFile(recordPath(folder), `${await identity(folder)}\n`)
}

async function identity(folder: DataFolder): Promise<string> {
  const { ino, birthtimeMs, ctimeMs } = await stat(join(folder.cluster, 'global', 'pg_control'))
  // Where the file system keeps no birth, Node gives the time of the last change: no use here.
  return birthtimeMs === ctimeMs ? `${ino}` : `${ino} ${Math.trunc(birthtimeMs)}`
}

function recordPath(folder: DataFolder): string {
  return join(folder.path, 'place')
}
