import { removeUpload, type UploadContext, uploadFile } from '../../files/upload-file.ts'
import type { FileOutboxContext } from '../outboxes.ts'
import type { Browser } from '../storage/browser.ts'
import { FileOutbox } from './file-outbox.ts'
import { type FileStorage, MemoryFileStorage } from './file-storage.ts'
import { openIndexedDbFiles } from './indexeddb-files.ts'

/** How long a database may take to open: some browsers hang where others refuse. */
const patienceMs = 5_000

/** Opens the messages of one account that wait for their files: in the browser's database, else in memory. */
export async function openFileOutbox(
  { browser, ...options }: FileOutboxContext,
  context: UploadContext,
): Promise<FileOutbox> {
  return new FileOutbox({
    ...options,
    storage: await openStorage(browser?.indexedDB ?? null, options.account),
    locks: browser?.locks ?? null,
    upload: (upload) => uploadFile(context, upload),
    removeUpload: (path) => void removeUpload(context, path),
  })
}

async function openStorage(factory: Browser['indexedDB'], account: string): Promise<FileStorage> {
  if (factory === null) return new MemoryFileStorage()
  return await new Promise((resolve) => {
    const giveUp = () => resolve(new MemoryFileStorage())
    setTimeout(giveUp, patienceMs)
    openIndexedDbFiles(factory, account).then(resolve, giveUp)
  })
}
