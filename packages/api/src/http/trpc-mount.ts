import { AppError } from '@deskbell/contract/errors'
import { socketBatchMax } from '@deskbell/contract/limits'
import type { TRPCError } from '@trpc/server'
import { incomingMessageToRequest } from '@trpc/server/adapters/node-http'
import { resolveResponse } from '@trpc/server/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callErrorShape, toCallError } from '../call-error.ts'
import type { HttpStreams } from '../live/http-streams/http-streams.ts'
import { problemResponse } from '../rest/rest-response.ts'
import { appRouter } from '../router.ts'
import type { ContextOf } from './rest-mount.ts'

const pathSchema = z.object({ '*': z.string() })

/**
 * Serves tRPC over HTTP, with streams as server-sent events. Only JSON bodies are accepted, so a form of a foreign page
 * is refused. A `GET` can only be a query or a stream.
 */
export function mountTrpc(app: FastifyInstance, contextOf: ContextOf, streams: HttpStreams): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // tRPC parses the text itself.
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
      textOf(body),
    )
    // A wildcard instead of a parameter, because the names of a batch are one segment that may be long.
    scope.route({
      method: ['GET', 'HEAD', 'POST'],
      url: '/trpc/*',
      handler: async (request, reply) => {
        const isHead = request.method === 'HEAD'
        prepare(request)
        reply.header('cache-control', 'no-store')
        const { answer, refusal } = await resolve(request, reply, contextOf)
        if (!isStream(answer)) return reply.send(answer)
        if (refusal !== null) return sendRefusal(reply, { answer, refusal })
        return isHead ? sendHead(reply, answer) : sendStream(reply, answer, streams)
      },
    })
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Throws `invalid_input` for what is not UTF-8, as REST does: replaced bytes would be stored as if somebody wrote them. */
function textOf(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw new AppError('invalid_input', { detail: 'The body must be JSON in UTF-8.', cause })
  }
}

/** Changes requests that tRPC would treat differently from REST. */
function prepare({ raw, headers }: FastifyRequest): void {
  // A `HEAD` is handled as `GET`: Node leaves out the body.
  if (raw.method === 'HEAD') raw.method = 'GET'
  // A body without a media type has been refused, so this one is empty, which is allowed.
  if (raw.method === 'POST') headers['content-type'] ??= 'application/json'
}

type Resolved = {
  answer: Response
  /** Why a stream did not begin. tRPC would send it with status 200, as an event of the stream. */
  refusal: TRPCError | null
}

async function resolve(request: FastifyRequest, reply: FastifyReply, contextOf: ContextOf): Promise<Resolved> {
  let refusal: TRPCError | null = null
  const answer = await resolveResponse({
    router: appRouter,
    req: incomingMessageToRequest(Object.assign(request.raw, { body: request.body }), reply.raw, { maxBodySize: null }),
    path: procedurePath(request),
    error: null,
    maxBatchSize: socketBatchMax,
    responseMeta: ({ errors }) => ({ headers: retryHeaders(errors) }),
    createContext: async () => contextOf(request, reply, 'http'),
    onError: ({ error }) => {
      refusal = error
    },
  })
  return { answer, refusal }
}

function isStream(answer: Response): boolean {
  return answer.headers.get('content-type') === 'text/event-stream'
}

/** Sends a refusal with its own status, so that clients can read it and an `EventSource` does not keep reconnecting. */
async function sendRefusal(reply: FastifyReply, { answer, refusal }: { answer: Response; refusal: TRPCError }) {
  await answer.body?.cancel()
  const error = callErrorShape(refusal, reply.request.id)
  const allow = answer.headers.get('allow')
  if (allow !== null) reply.header('allow', allow)
  return reply
    .code(error.data.httpStatus)
    .headers({ ...retryHeaders([refusal]), 'content-type': 'application/json' })
    .send(JSON.stringify({ error }))
}

async function sendStream(reply: FastifyReply, answer: Response, streams: HttpStreams): Promise<FastifyReply> {
  reply.hijack()
  const { raw } = reply
  raw.statusCode = answer.status
  for (const [name, value = ''] of Object.entries(reply.getHeaders())) raw.setHeader(name, value)
  raw.setHeaders(answer.headers)
  if (answer.body === null) raw.end()
  else await streams.send(raw, answer.body)
  return reply
}

/** Sends the status and headers of a stream, without the stream. */
async function sendHead(reply: FastifyReply, answer: Response): Promise<FastifyReply> {
  await answer.body?.cancel()
  return reply.code(answer.status).headers(Object.fromEntries(answer.headers)).send()
}

/** Returns the `Retry-After` that REST would send. For a batch it is that of the last failed call. */
function retryHeaders(errors: readonly TRPCError[]): Record<string, string> {
  const last = errors.at(-1)
  const headers: Record<string, string> = last === undefined ? {} : problemResponse(toCallError(last), '').headers
  const retryAfter = headers['retry-after']
  return retryAfter === undefined ? {} : { 'retry-after': retryAfter }
}

function procedurePath(request: FastifyRequest): string {
  return pathSchema.parse(request.params)['*']
}
