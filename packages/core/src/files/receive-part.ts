import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { uploadPartsMax } from '@deskbell/contract/limits'
import type { FileRow } from '@deskbell/db/queries/files/attachments'
import { addPart, findFile } from '@deskbell/db/queries/files/uploads'
import type { Core } from '../context.ts'
import { newPartName, partKey } from '../stored-files/file-keys.ts'

/** What a sender is told about its upload. */
export type Upload = Pick<
  FileRow,
  'id' | 'chatId' | 'name' | 'claimedType' | 'alt' | 'length' | 'received' | 'expiresAt'
>

/** Throws `not_found` unless it is an upload of the actor that has not expired and that no message has. */
export async function findUpload(core: Core, actor: Actor, id: string): Promise<FileRow> {
  const file = await findFile(core.db.orm, id)
  const isOwn = file !== undefined && file.userId === actor.userId && file.messageSeq === null
  if (!isOwn || file.expiresAt <= core.clock.now()) throw new AppError('not_found')
  return file
}

/** Returns the upload; where all of it has arrived, it is ready. Throws `unsupported_file` for one that was refused. */
export async function findFinishedUpload(core: Core, actor: Actor, id: string): Promise<Upload> {
  return finished(core, await findUpload(core, actor, id))
}

/** What has arrived of a request: the body may be cut off at any byte, and what came before it counts. */
export type Part = { id: string; offset: number; body: Readable }

/**
 * Stores a part of an upload, also of a body that is cut off, and finishes the upload with the last one. Null: the upload
 * does not end at this offset, or does not any more, and nothing was stored.
 */
export function receivePart(core: Core, actor: Actor, part: Part): Promise<Upload | null> {
  return core.files.track(receive(core, actor, part))
}

async function receive(core: Core, actor: Actor, { id, offset, body }: Part): Promise<Upload | null> {
  const before = await findUpload(core, actor, id)
  if (before.received !== offset || before.state !== 'receiving') return null
  if (before.parts.length >= uploadPartsMax) throw new AppError('too_large')
  const name = newPartName(offset)
  const path = join(core.files.storage.tempFolder, `${id}-${name}`)
  try {
    const bytes = await writeBody(path, body, before.length - offset)
    if (bytes === 0) return await finished(core, before)
    await core.files.storage.put(partKey(id, name), path)
    const after = await addPart(core.db.orm, { id, offset, name, bytes })
    if (after === null) await core.files.storage.remove(partKey(id, name))
    return after === null ? null : await finished(core, after)
  } finally {
    await rm(path, { force: true })
  }
}

async function finished(core: Core, file: FileRow): Promise<FileRow> {
  if (file.state === 'receiving' && file.received === file.length) return finished(core, await core.files.finish(file))
  if (file.state === 'refused') throw new AppError('unsupported_file')
  return file
}

/** Returns how many bytes came. Throws `too_large`, and keeps nothing, when more come than are missing. */
async function writeBody(path: string, body: Readable, bytesMax: number): Promise<number> {
  await using file = await open(path, 'wx', 0o600)
  let bytes = 0
  for await (const chunks of untilCut(body)) {
    for (const chunk of chunks) bytes += chunk.length
    if (bytes > bytesMax) throw new AppError('too_large')
    await file.appendFile(Buffer.concat(chunks)).catch(refuseWhenFull)
  }
  return bytes
}

/**
 * Yields everything that arrives before the body ends or is cut off. A stream that is read in the usual way drops what it
 * has queued when it is cut off.
 */
async function* untilCut(body: Readable): AsyncGenerator<Buffer[]> {
  let more = Promise.withResolvers<void>()
  const wake = () => more.resolve()
  body.on('readable', wake).on('end', wake).on('close', wake).on('error', wake)
  try {
    for (;;) {
      const chunks = takeQueued(body)
      if (chunks.length > 0) {
        yield chunks
        continue
      }
      if (body.readableEnded || body.destroyed) return
      more = Promise.withResolvers()
      await more.promise
    }
  } finally {
    // The listener for errors stays: without one, a late error would end the process.
    body.off('readable', wake).off('end', wake).off('close', wake)
  }
}

function takeQueued(body: Readable): Buffer[] {
  const chunks: Buffer[] = []
  for (let chunk: Buffer | null = body.read(); chunk !== null; chunk = body.read()) chunks.push(chunk)
  return chunks
}

function refuseWhenFull(cause: unknown): never {
  const isFull = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')
  throw isFull ? new AppError('quota_exceeded', { cause }) : cause
}
