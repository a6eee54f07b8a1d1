import { attachmentsMax, fileBytesMax } from '@deskbell/contract/limits'
import { SdkError } from '../../base/errors.ts'
import type { FileToSend } from '../../base/options.ts'
import type { PendingMessage } from '../pending-message.ts'

/** What can be done with a message that waits for its files. */
export type FileAct = 'retry' | 'release' | 'discard'

/** Throws `SdkError` when there are too many files, or one is too large. */
export function checkFiles(files: readonly FileToSend[]): void {
  if (files.length > attachmentsMax) throw new SdkError('invalid_input')
  if (files.some(({ file }) => file.size > fileBytesMax)) throw new SdkError('too_large')
}

export function pendingFiles(files: readonly FileToSend[]): PendingMessage['files'] {
  return files.map(({ file, name = nameOf(file), alt }) => ({
    name,
    mediaType: file.type,
    bytes: file.size,
    blob: file,
    sent: 0,
    alt,
  }))
}

function nameOf(file: Blob): string {
  return 'name' in file && typeof file.name === 'string' ? file.name : ''
}
