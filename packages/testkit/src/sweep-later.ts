import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { orphanFileMs } from '@deskbell/contract/limits'
import { createCore } from '@deskbell/core/create-core'
import type { Database } from '@deskbell/db/database'
import { openLocalStorage } from '@deskbell/files/storage/local-storage'
import { testSecrets } from './fresh-core.ts'
import { silentLogger } from './silent-logger.ts'
import { testFiles } from './test-files.ts'

/** Sweeps a folder of files as a process does that looks at it two hours later. Returns the keys that are left. */
export async function sweepLater(db: Database, folder: string): Promise<string[]> {
  await using files = await testFiles()
  await using storage = await openLocalStorage(folder)
  const core = createCore({
    ...{ db, bus: createInProcessBus(), log: silentLogger, authMode: 'open', secrets: testSecrets() },
    files: { ...files, storage },
    clock: { now: () => new Date(Date.now() + 2 * orphanFileMs) },
  })
  await core.files.sweeper.sweep()
  const keys: string[] = []
  for await (const { key } of storage.list('')) keys.push(key)
  return keys.toSorted()
}
