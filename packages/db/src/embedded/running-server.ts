import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { socketConnectionString } from './server/socket-folder.ts'

/** The line of `postmaster.pid` with the folder of the socket, from 0. */
const socketFolderLine = 4

/**
 * Returns how to reach the embedded server that another process of this user has started on the data folder; null when
 * there is none.
 */
export async function runningConnectionString(dataDir: string): Promise<string | null> {
  const pidFile = join(resolve(dataDir), 'postgres', 'postmaster.pid')
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n')
  const folder = lines[socketFolderLine]?.trim()
  return folder === undefined || folder === '' ? null : socketConnectionString(folder, 'deskbell', 'deskbell')
}
