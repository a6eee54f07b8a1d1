import { chown, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Binaries } from '../binaries.ts'
import type { RunAs } from '../run-as.ts'
import type { DataFolder } from './data-folder.ts'
import { DataFolderError } from './data-folder-error.ts'

/**
 * Makes a new cluster. It is made in a temporary folder and renamed when it is complete, so that an interrupted start
 * leaves nothing that looks like a database.
 */
export async function initCluster(folder: DataFolder, binaries: Binaries, runAs: RunAs): Promise<void> {
  const draft = join(folder.path, 'postgres.new')
  // The initdb of a start that was killed may still write for a moment.
  await rm(draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  await mkdir(draft, { mode: 0o700 })
  if (runAs.user) await chown(draft, runAs.user.uid, runAs.user.gid)
  await runInitdb(draft, binaries, runAs)
  await rename(draft, folder.cluster)
}

const initdbOptions = [
  '--username=postgres',
  '--encoding=UTF8',
  // Text has the same order on every machine, whatever version its libraries have.
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  // Safe defaults for a start without the access rules of Deskbell, which `writeAccessRules` writes elsewhere.
  '--auth-local=peer',
  '--auth-host=reject',
  '--no-instructions',
]

async function runInitdb(draft: string, binaries: Binaries, runAs: RunAs): Promise<void> {
  const child = runAs.spawn(binaries.initdb, ['-D', draft, ...initdbOptions], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const complaint = child.stderr ? await text(child.stderr) : ''
  if ((await ended) === 0) return
  const line = complaint.split('\n').find((candidate) => /error|fatal/i.test(candidate)) ?? complaint.trim()
  throw new DataFolderError(`The database could not be made in ${draft}: ${line.replace(/^initdb: /, '')}`)
}
