import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { avatarBytesMax } from '@deskbell/contract/limits'
import type { UserOutput } from '@deskbell/contract/users'
import { replaceAvatar } from '@deskbell/db/queries/users/avatars'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../context.ts'
import { requireOperator } from '../domain/chat-policy.ts'
import { userView } from '../domain/user-view.ts'
import { requireSession } from '../writer/require-session.ts'

/**
 * Makes the own picture of an image: the middle of it, as a square. For operators; a client's picture comes from its own
 * site. Throws `too_large`, `unsupported_file`, or `quota_exceeded` where the store is full; then the picture of before
 * stays.
 */
export function setAvatar(core: Core, actor: Actor, body: Readable): Promise<UserOutput> {
  requireOperator(actor)
  return core.files.track(receiveAvatar(core, actor, body))
}

async function receiveAvatar(core: Core, actor: Actor, body: Readable): Promise<UserOutput> {
  await core.files.requireDisk(avatarBytesMax)
  const path = join(core.files.storage.tempFolder, `avatar-${randomUUID()}`)
  try {
    await writeBody(path, body)
    const avatarId = await core.avatars.store(actor.userId, path)
    return await changeAvatar(core, actor, avatarId)
  } finally {
    await rm(path, { force: true })
  }
}

/** Takes the own picture away. Without one nothing happens. */
export async function removeAvatar(core: Core, actor: Actor): Promise<UserOutput> {
  requireOperator(actor)
  return await changeAvatar(core, actor, null)
}

async function changeAvatar(core: Core, actor: Actor, avatarId: string | null): Promise<UserOutput> {
  const { userId } = actor
  try {
    const { user, before } = await inTransaction(core.db, async (tx) => {
      await requireSession(core, tx, actor)
      const changed = await replaceAvatar(tx, { userId, avatarId })
      if (changed === undefined) throw new AppError('unauthenticated')
      return changed
    })
    core.avatars.discard(userId, before)
    return { user: userView(user, actor.access) }
  } catch (error) {
    core.avatars.discard(userId, avatarId)
    throw error
  }
}

/** Throws `too_large` when more comes than a picture may have. The body stays open, so that an answer can be sent. */
async function writeBody(path: string, body: Readable): Promise<void> {
  await pipeline(bounded(body), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
}

async function* bounded(body: Readable): AsyncGenerator<Buffer> {
  let bytes = 0
  const chunks: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > avatarBytesMax) throw new AppError('too_large')
    yield chunk
  }
}
