import type { FilesOptions } from '@deskbell/core/stored-files/files'
import { createInspector } from '@deskbell/files/inspection/inspector'
import { openLocalStorage } from '@deskbell/files/storage/local-storage'
import { openS3Storage } from '@deskbell/files/storage/s3-storage'
import type { Config } from '../config/config.ts'

/** Opens the store of files, and what looks at images. Registers their ends on `stack`. */
export async function openFiles(config: Config, stack: AsyncDisposableStack): Promise<FilesOptions> {
  const place = config.storage
  const storage = stack.use('s3' in place ? await openS3Storage(place.s3) : await openLocalStorage(place.folder))
  return { storage, inspector: stack.use(createInspector()), limits: config.fileLimits }
}
