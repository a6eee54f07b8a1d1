import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DataFolderError } from './data-folder-error.ts'

export type FolderLock = { release(): void }

/**
 * Makes this process the only Deskbell on the folder.
 *
 * A file with a process id is not enough: ids are used again, and between reading and replacing it two starts can
 * both believe that they won. The kernel's file lock has neither flaw and ends with its process, however that dies.
 * Node has no call for it, but the SQLite inside Node has: an exclusive transaction on an empty database is that lock,
 * and it also keeps out a second holder in the same process.
 */
export function lockFolder(dataDir: string): FolderLock {
  let file: DatabaseSync | undefined
  try {
    file = new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 })
    file.exec('begin exclusive')
  } catch (cause) {
    file?.close()
    throw new DataFolderError(refusal(dataDir, cause), { cause })
  }
  const held = file
  return { release: () => held.close() }
}

const sqliteBusy = 5

function refusal(dataDir: string, cause: unknown): string {
  const busy = cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteBusy
  if (busy) return `The data folder ${dataDir} is in use by another Deskbell.`
  return `The data folder ${dataDir} cannot be locked: ${cause instanceof Error ? cause.message : String(cause)}.`
}
