import type { Readable } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { findFile } from '@deskbell/db/queries/files/uploads'
import type { Core } from '../context.ts'
import { requireVisible } from '../domain/chat-policy.ts'
import { fileKey, thumbnailKey } from '../stored-files/file-keys.ts'

export type FileVersion = 'file' | 'thumbnail'

export type OpenedFile = {
  name: string
  mediaType: string
  bytes: number
  /** Whether a browser may show it: only what was re-encoded. */
  isImage: boolean
  /** Changes with the bytes. */
  tag: string
  read(range?: { start: number; end: number }): Promise<Readable>
}

/** Returns a file of a message in a chat that the actor may see, or its thumbnail. Throws `not_found`. */
export async function openFile(
  core: Core,
  actor: Actor,
  { id, version }: { id: string; version: FileVersion },
): Promise<OpenedFile> {
  const file = await findFile(core.db.orm, id)
  if (file === undefined || file.messageSeq === null) throw new AppError('not_found')
  requireVisible(actor, await core.queries.chats.summary(file.chatId))
  const isThumbnail = version === 'thumbnail'
  const mediaType = isThumbnail ? file.thumbnailType : file.mediaType
  const bytes = isThumbnail ? file.thumbnailBytes : file.bytes
  if (mediaType === null || bytes === null) throw new AppError('not_found')
  const key = isThumbnail ? thumbnailKey(id) : fileKey(id)
  return {
    name: file.name,
    mediaType,
    bytes,
    isImage: file.width !== null,
    tag: `${file.sha256}${isThumbnail ? '-t' : ''}`,
    async read(range) {
      const stream = await core.files.storage.read(key, range)
      if (stream === null) throw new Error(`The store has no ${key}.`)
      return stream
    },
  }
}
