import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FilesOptions } from '@deskbell/core/stored-files/files'
import { createInspector, type Inspector } from '@deskbell/files/inspection/inspector'
import { openLocalStorage } from '@deskbell/files/storage/local-storage'

let inspector: Inspector | undefined

/** A store in a folder of its own, which goes with it. All stores of a process share what looks at images. */
export async function testFiles(): Promise<FilesOptions & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-files-'))
  const storage = await openLocalStorage(folder)
  inspector ??= createInspector()
  return {
    storage,
    inspector,
    limits: { bytesMax: 2 ** 40, freeBytesMin: 0 },
    async [Symbol.asyncDispose]() {
      await storage[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
