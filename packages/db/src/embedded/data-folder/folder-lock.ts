import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DataFolderError } from './data-folder-error.ts'

export type FolderLock = { release(): void }

/**
 * Locks the data folder for this process. Throws a `DataFolderError` when another Deskbell has locked it.
 *
 * A file with a process id would not be enough: process ids are reused, and two processes that replace the file at the
 * same time could both believe that they own the folder. A file lock of the kernel has neither problem, and the kernel
 * releases it when the process ends, however it ends. Node has no function for file locks, but Node contains SQLite: an
 * exclusive transaction on an empty database takes such a lock. It also excludes a second holder in the same process.
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
