import type { Actor } from '@deskbell/contract/actor'
import { fileIdSchema } from '@deskbell/contract/attachments'
import { AppError } from '@deskbell/contract/errors'
import { uploadsMax, userUploadsMax } from '@deskbell/contract/limits'
import type { Core } from '@deskbell/core/context'
import { createUpload } from '@deskbell/core/files/create-upload'
import { findFinishedUpload, findUpload, receivePart } from '@deskbell/core/files/receive-part'
import { removeUpload } from '@deskbell/core/files/remove-upload'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { beforeDeadline } from '../../before-deadline.ts'
import type { RequestContext } from '../../context.ts'
import { reportFailure } from '../../failure-report.ts'
import { problemResponse } from '../../rest/rest-response.ts'
import { requireScopeOf } from '../../scopes.ts'
import { sendProblem, sendResponse, toShellError } from '../errors/problem-reply.ts'
import type { ContextOf } from '../rest-mount.ts'
import { Slots } from '../security/slots.ts'
import {
  carriesPart,
  isTusVersion,
  metadataHeader,
  partTypeDetail,
  readCount,
  readMetadata,
  tusAbilities,
  tusMethod,
  tusVersion,
  uploadHeaders,
} from './tus-headers.ts'

export const uploadsPath = '/api/uploads'

/** Whether a request may carry a part of a file, which takes longer than other requests may. */
export function isUploadPath(url: string): boolean {
  return url === uploadsPath || url.startsWith(`${uploadsPath}/`) || url.startsWith(`${uploadsPath}?`)
}

type Exchange = { request: FastifyRequest; reply: FastifyReply; context: RequestContext; core: Core; actor: Actor }
type Answer = (exchange: Exchange) => Promise<FastifyReply>

/**
 * Serves tus 1.0.0. The order of checks is that of REST: path, method, rate, session, role, input, object. Errors are
 * problem documents.
 */
export function mountUploads(app: FastifyInstance, core: Core, contextOf: ContextOf): void {
  const parts = new PartSlots()
  const ofAll: Record<string, Answer> = { POST: (exchange) => create(exchange, parts) }
  const ofOne: Record<string, Answer> = { HEAD: head, PATCH: (exchange) => patch(exchange, parts), DELETE: remove }
  mount(app, { path: uploadsPath, answers: ofAll, core, contextOf })
  mount(app, { path: `${uploadsPath}/:id`, answers: ofOne, core, contextOf })
}

type Resource = { path: string; answers: Record<string, Answer>; core: Core; contextOf: ContextOf }

function mount(app: FastifyInstance, { path, answers, core, contextOf }: Resource): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({ 'tus-resumable': tusVersion, 'cache-control': 'no-store' })
    try {
      const method = tusMethod(request.raw)
      if (method === 'OPTIONS') return await reply.code(204).headers(tusAbilities).send()
      const run = answers[method]
      if (run === undefined) {
        reply.header('allow', [...Object.keys(answers), 'OPTIONS'].join(', '))
        throw new AppError('method_not_allowed')
      }
      const context = contextOf(request, reply, 'rest')
      await context.limit(method === 'HEAD' ? 'read' : 'change', async () => 1)
      const actor = await context.authenticate()
      if (actor === null) throw new AppError('unauthenticated')
      requireScopeOf(actor, 'send')
      if (!isTusVersion(request.raw)) return await refuse(reply, 412, 'Only version 1.0.0 of tus is spoken here.')
      return await run({ request, reply, context, core, actor })
    } catch (cause) {
      const error = toShellError(cause)
      reportFailure({ ctx: { core, requestId: request.id }, path }, error)
      return sendProblem(reply, error)
    }
  }
  // Answered before Fastify looks at the body and its type.
  app.all(path, { onRequest: answer }, answer)
}

async function create({ request, reply, core, actor }: Exchange, parts: PartSlots): Promise<FastifyReply> {
  if (request.headers['upload-defer-length'] !== undefined || request.headers['upload-concat'] !== undefined)
    throw new AppError('invalid_input', { detail: 'The length must be known, and an upload is one.' })
  const length = readCount(request.raw, 'upload-length')
  const hasPart = carriesPart(request.raw)
  const { chatId, filename, filetype, alt } = readMetadata(request.raw)
  const made = await beforeDeadline(
    createUpload(core, actor, { chatId, name: filename, claimedType: filetype, alt, length }),
  )
  reply.header('location', `${uploadsPath}/${made.id}`)
  const body = request.raw
  const part = { id: made.id, offset: 0, body }
  const file = hasPart || length === 0 ? await parts.run(actor, () => receivePart(core, actor, part)) : made
  return reply
    .code(201)
    .headers(uploadHeaders(file ?? made))
    .send()
}

async function head({ request, reply, core, actor }: Exchange): Promise<FastifyReply> {
  const file = await findFinishedUpload(core, actor, idOf(request))
  const headers = { 'upload-length': String(file.length), 'upload-metadata': metadataHeader(file) }
  return reply
    .code(200)
    .headers({ ...uploadHeaders(file), ...headers })
    .send()
}

async function patch({ request, reply, core, actor }: Exchange, parts: PartSlots): Promise<FastifyReply> {
  const id = idOf(request)
  if (!carriesPart(request.raw)) throw new AppError('unsupported_media_type', { detail: partTypeDetail })
  const offset = readCount(request.raw, 'upload-offset')
  const before = await beforeDeadline(findUpload(core, actor, id))
  if (offset + Number(request.headers['content-length'] ?? 0) > before.length) throw new AppError('too_large')
  const file = await parts.run(actor, () => receivePart(core, actor, { id, offset, body: request.raw }))
  if (file === null) return refuse(reply, 409, 'The upload does not end at this offset. Ask where it ends.')
  return reply.code(204).headers(uploadHeaders(file)).send()
}

async function remove({ request, reply, core, actor }: Exchange): Promise<FastifyReply> {
  await beforeDeadline(removeUpload(core, actor, idOf(request)))
  return reply.code(204).send()
}

function idOf({ params }: FastifyRequest): string {
  const { data } = fileIdSchema.safeParse((params as { id?: unknown }).id)
  if (data === undefined) throw new AppError('not_found')
  return data
}

/** Statuses that tus prescribes and that no code has. */
function refuse(reply: FastifyReply, status: 409 | 412, detail: string): FastifyReply {
  const title = status === 409 ? 'Wrong offset' : 'Unknown version'
  const error = new AppError('invalid_input', { detail })
  return sendResponse(reply.headers(tusAbilities), problemResponse(error, reply.request.id, { status, title }))
}

/** Bounds how many requests carry parts at once. */
class PartSlots {
  readonly #ofUsers = new Slots(userUploadsMax, 'uploads at once')
  readonly #ofAll = new Slots(uploadsMax, 'uploads at once')

  async run<R>({ userId }: Actor, receive: () => Promise<R>): Promise<R> {
    const release = this.#ofUsers.take(userId)
    try {
      const releaseAll = this.#ofAll.take(0)
      try {
        return await receive()
      } finally {
        releaseAll()
      }
    } finally {
      release()
    }
  }
}
