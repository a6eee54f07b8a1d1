import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { expect, test } from 'vitest'
import { openDataFolder } from './data-folder.ts'
import { DataFolderError } from './data-folder-error.ts'

test('[RUN-3] two starts at the same time can make a data folder, with its parents and mode 0700', async () => {
  const place = await mkdtemp(join(tmpdir(), 'deskbell-folder-'))
  const dataDir = join(place, 'a', 'b', 'c')
  await Promise.all([openDataFolder(dataDir), openDataFolder(dataDir)])
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
  await rm(place, { recursive: true })
})

test(
  '[RUN-3] a folder that cannot be made is refused',
  onlyWhere(process.platform === 'linux', 'only Linux has /proc'),
  async () => {
    const refused = await openDataFolder('/proc/nowhere/data').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(DataFolderError)
    expect(String(refused)).toMatch(/\/proc\/nowhere\/data cannot be used: [^\n]+$/)
  },
)
