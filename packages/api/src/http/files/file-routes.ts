import { Readable } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { fileIdSchema } from '@deskbell/contract/attachments'
import { AppError } from '@deskbell/contract/errors'
import type { Core } from '@deskbell/core/context'
import { type FileVersion, type OpenedFile, openFile } from '@deskbell/core/files/open-file'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parse as parseRange } from 'range-parser'
import { beforeDeadline } from '../../before-deadline.ts'
import { requireScopeOf } from '../../scopes.ts'
import type { ContextOf } from '../rest-mount.ts'

/** Nothing in a file may run, load or frame anything, whatever a browser takes it for. */
export const filePolicy = "default-src 'none'; sandbox"

/** Serves the files of messages. Who may read them is asked for each request, so a cache must ask too. */
export function mountFiles(app: FastifyInstance, core: Core, contextOf: ContextOf): void {
  const serve = (path: string, version: FileVersion) => {
    app.get(path, async (request, reply) => {
      const actor = await readerOf(contextOf, request, reply)
      const { data: id } = fileIdSchema.safeParse((request.params as { id?: unknown }).id)
      if (id === undefined) throw new AppError('not_found')
      return sendFile(request, reply, await beforeDeadline(openFile(core, actor, { id, version })))
    })
  }
  serve('/files/:id', 'file')
  serve('/files/:id/thumbnail', 'thumbnail')
}

/** Returns who asks for bytes, by a session or a key. No cache may keep the answer without asking, unless it says so. */
export async function readerOf(contextOf: ContextOf, request: FastifyRequest, reply: FastifyReply): Promise<Actor> {
  reply.header('cache-control', 'private, no-cache')
  const context = contextOf(request, reply, 'http')
  await context.limit('read', async () => 1)
  const actor = await context.authenticate()
  if (actor === null) throw new AppError('unauthenticated')
  requireScopeOf(actor, 'read')
  return actor
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, file: OpenedFile): Promise<FastifyReply> {
  const tag = `"${file.tag}"`
  reply.headers({
    'content-security-policy': filePolicy,
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    etag: tag,
  })
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag)) return reply.code(304).send()
  reply.headers({
    'content-type': file.mediaType,
    'content-disposition': contentDisposition(file.name, { type: file.isImage ? 'inline' : 'attachment' }),
  })
  const ranges = rangesOf(request, file, tag)
  if (ranges === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${file.bytes}`).removeHeader('content-disposition').send()
  }
  const { start, end } = ranges ?? { start: 0, end: file.bytes - 1 }
  if (ranges !== null) reply.code(206).header('content-range', `bytes ${start}-${end}/${file.bytes}`)
  reply.header('content-length', end - start + 1)
  // Without a stream Fastify would say that the length is 0.
  if (request.method === 'HEAD' || file.bytes === 0) return reply.send(Readable.from([]))
  const bytes = await file.read(ranges === null ? undefined : { start, end })
  return reply.send(bytes)
}

/** The one range that is asked for; null for the whole file, also where several are asked for. */
function rangesOf({ headers }: FastifyRequest, { bytes }: OpenedFile, tag: string) {
  const { range, 'if-range': ifRange } = headers
  if (range === undefined || (ifRange !== undefined && ifRange !== tag)) return null
  const { code, type, ranges } = parseRange(bytes, range)
  if (type !== 'bytes' || code === 1 || ranges.length > 1) return null
  return ranges[0] ?? 'unsatisfiable'
}
