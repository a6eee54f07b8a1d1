import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { userIdSchema } from '@deskbell/contract/ids'
import { avatarBytesMax, avatarsMax, userAvatarsMax } from '@deskbell/contract/limits'
import type { Core } from '@deskbell/core/context'
import { openAvatar } from '@deskbell/core/users/open-avatar'
import { removeAvatar, setAvatar } from '@deskbell/core/users/own-avatar'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { beforeDeadline } from '../../before-deadline.ts'
import { reportFailure } from '../../failure-report.ts'
import { requireScopeOf } from '../../scopes.ts'
import { sendProblem, toShellError } from '../errors/problem-reply.ts'
import type { ContextOf } from '../rest-mount.ts'
import { Slots } from '../security/slots.ts'
import { filePolicy, readerOf } from './file-routes.ts'

const ownAvatarPath = '/api/users/me/avatar'

/** Whether a request may carry a picture, which takes longer than other requests may. */
export function isAvatarPath(url: string): boolean {
  return url === ownAvatarPath || url.startsWith(`${ownAvatarPath}?`)
}

/** Serves the pictures of people, and takes those of operators. Errors are problem documents, checked in the order of REST. */
export function mountAvatars(app: FastifyInstance, core: Core, contextOf: ContextOf): void {
  const change = ownAvatar(core, contextOf)
  // Answered before Fastify looks at the body and its type.
  app.all(ownAvatarPath, { onRequest: change }, change)
  app.get('/avatars/:id', async (request, reply) => {
    const actor = await readerOf(contextOf, request, reply)
    return await serve({ core, actor, request, reply })
  })
}

/** A picture whose address names it may be kept for this long: another one has another address. */
const cacheSeconds = 86_400

async function serve(asked: { core: Core; actor: Actor; request: FastifyRequest; reply: FastifyReply }) {
  const { core, actor, request, reply } = asked
  const { id } = request.params as { id?: unknown }
  const { data: userId } = userIdSchema.safeParse(/^[1-9]\d{0,15}$/.test(String(id)) ? Number(id) : null)
  if (userId === undefined) throw new AppError('not_found')
  const avatar = await beforeDeadline(openAvatar(core, actor, userId))
  const tag = `"${avatar.tag}"`
  reply.headers({
    'content-security-policy': filePolicy,
    'x-content-type-options': 'nosniff',
    etag: tag,
    // What one user may see, another one of the same browser may not.
    vary: 'cookie, authorization',
  })
  const { v } = request.query as { v?: unknown }
  const isNewest = avatar.url === `/avatars/${userId}?v=${String(v)}`
  if (isNewest) reply.header('cache-control', `private, max-age=${cacheSeconds}`)
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag)) return reply.code(304).send()
  reply.headers({ 'content-type': avatar.mediaType, 'content-disposition': 'inline' })
  return reply.send(await avatar.read())
}

function ownAvatar(core: Core, contextOf: ContextOf) {
  const ofUsers = new Slots(userAvatarsMax, 'pictures at once')
  const ofAll = new Slots(avatarsMax, 'pictures at once')
  const receive = async (actor: Actor, request: FastifyRequest) => {
    const releases = [ofUsers.take(actor.userId)]
    try {
      releases.push(ofAll.take(0))
      return await setAvatar(core, actor, request.raw)
    } finally {
      for (const release of releases) release()
    }
  }
  return async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header('cache-control', 'no-store')
    try {
      const { method } = request
      if (method !== 'PUT' && method !== 'DELETE') {
        reply.header('allow', 'PUT, DELETE')
        throw new AppError('method_not_allowed')
      }
      const context = contextOf(request, reply, 'rest')
      await context.limit('change', async () => 1)
      if (method === 'PUT') assertPicture(request)
      const actor = await context.authenticate()
      if (actor === null) throw new AppError('unauthenticated')
      requireScopeOf(actor, 'manage')
      const output = method === 'PUT' ? await receive(actor, request) : await beforeDeadline(removeAvatar(core, actor))
      return await reply.send(output)
    } catch (cause) {
      const error = toShellError(cause)
      reportFailure({ ctx: { core, requestId: request.id }, path: ownAvatarPath }, error)
      return sendProblem(reply, error)
    }
  }
}

/** Throws `unsupported_media_type` or `too_large`, before anything of the body is read. */
function assertPicture({ headers }: FastifyRequest): void {
  if (!/^(image\/[\w.+-]+|application\/octet-stream)\s*(;|$)/i.test(headers['content-type'] ?? ''))
    throw new AppError('unsupported_media_type', { detail: 'The body must be an image.' })
  if (Number(headers['content-length'] ?? 0) > avatarBytesMax) throw new AppError('too_large')
}
