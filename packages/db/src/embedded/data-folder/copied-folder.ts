import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFolder } from './data-folder.ts'

/*
 * The simplest backup is a copy of the stopped data folder. Restoring it rewinds history: a `seq` that clients have
 * already received is assigned to another message, and nothing inside the database shows it. But a copy consists of
 * other files. The inode number and the birth time of `pg_control`, which the server always overwrites in place, are
 * stored beside the cluster. If they differ, the database is a copy, and its seed must change.
 * A snapshot that is restored below the file system, as of a whole disk, is not detected.
 */

/** Reports whether the files of the cluster are other ones than at the last start. True also when none is recorded. */
export async function wasCopied(folder: DataFolder): Promise<boolean> {
  const known = (await readFile(recordPath(folder), 'utf8').catch(() => '')).trim()
  return known !== (await identity(folder))
}

/** Records the files of the cluster. Call it after the seed was changed, while the server runs. */
export async function rememberPlace(folder: DataFolder): Promise<void> {
  await writeFile(recordPath(folder), `${await identity(folder)}\n`)
}

async function identity(folder: DataFolder): Promise<string> {
  const { ino, birthtimeMs, ctimeMs } = await stat(join(folder.cluster, 'global', 'pg_control'))
  // If the file system stores no birth time, Node returns the time of the last change, which is of no use here.
  return birthtimeMs === ctimeMs ? `${ino}` : `${ino} ${Math.trunc(birthtimeMs)}`
}

function recordPath(folder: DataFolder): string {
  return join(folder.path, 'place')
}
