import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import { clientFileBytesMax, fileBytesMax, fileQuotaWindowMs, uploadMs } from '@deskbell/contract/limits'
import { insertUpload, lockQuotas, readUsedBytes } from '@deskbell/db/queries/files/uploads'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../context.ts'
import { requireVisible } from '../domain/chat-policy.ts'
import { newFileId } from '../stored-files/file-keys.ts'
import { cleanAltText, cleanFileName } from './file-name.ts'
import type { Upload } from './receive-part.ts'

export type NewUpload = { chatId: ChatId; name: string; claimedType: string; alt?: string; length: number }

/**
 * Makes room for a file of a chat in which the actor may write. Throws `not_found`, `chat_closed`, `too_large`, or
 * `quota_exceeded` where the client has sent enough in a day, or the store is full.
 */
export async function createUpload(
  core: Core,
  actor: Actor,
  { chatId, name, claimedType, alt = '', length }: NewUpload,
): Promise<Upload> {
  const chat = requireVisible(actor, await core.queries.chats.summary(chatId))
  if (chat.status === 'closed') throw new AppError('chat_closed')
  if (length > fileBytesMax) throw new AppError('too_large')
  await core.files.requireDisk(length)
  const now = core.clock.now()
  const upload = {
    id: newFileId(),
    chatId,
    userId: actor.userId,
    name: cleanFileName(name),
    claimedType,
    alt: cleanAltText(alt),
    length,
    createdAt: now,
    expiresAt: new Date(now.getTime() + uploadMs),
  }
  return inTransaction(core.db, async (tx) => {
    await lockQuotas(tx)
    const since = new Date(now.getTime() - fileQuotaWindowMs)
    const used = await readUsedBytes(tx, { userId: actor.userId, since })
    const ofClient = actor.role === 'client' ? used.ofUser + length : 0
    if (ofClient > clientFileBytesMax || used.all + length > core.files.limits.bytesMax)
      throw new AppError('quota_exceeded')
    return insertUpload(tx, upload)
  })
}
