import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FilesOptions } from '@deskbell/core/stored-files/files'
import { createInspector, type Inspector } from '@deskbell/files/inspection/inspector'
import { openLocalStorage } from '@deskbell/files/storage/local-storage'

let inspector: Inspector | undefined

/** A store of its own, in a folder that goes with the process. All stores of a process share what looks at images. */
export async function testFiles(): Promise<FilesOptions> {
  const folder = mkdtempSync(join(tmpdir(), 'deskbell-files-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  inspector ??= createInspector()
  return { storage: await openLocalStorage(folder), inspector, limits: { bytesMax: 2 ** 40, freeBytesMin: 0 } }
}
