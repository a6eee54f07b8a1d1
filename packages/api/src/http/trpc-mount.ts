import { socketBatchMax } from '@deskbell/contract/limits'
import type { TRPCError } from '@trpc/server'
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { toCallError } from '../call-error.ts'
import { problemResponse } from '../rest/rest-response.ts'
import { appRouter } from '../router.ts'
import type { ContextOf } from './rest-mount.ts'

const pathSchema = z.object({ '*': z.string() })

/** tRPC over HTTP. Bodies are JSON, so a form of a foreign page never gets this far; a `GET` is only ever a query. */
export function mountTrpc(app: FastifyInstance, contextOf: ContextOf): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // tRPC parses the text itself.
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    // A wildcard, because the names of a batch stand in one segment that may be long.
    scope.route({
      method: ['GET', 'HEAD', 'POST'],
      url: '/trpc/*',
      handler: async (request, reply) => {
        prepare(request)
        reply.header('cache-control', 'no-store')
        await fastifyRequestHandler({
          router: appRouter,
          req: request,
          res: reply,
          path: procedurePath(request),
          maxBatchSize: socketBatchMax,
          responseMeta: ({ errors }) => ({ headers: retryHeaders(errors) }),
          createContext: () => contextOf(request, reply, 'http'),
        })
        return reply
      },
    })
  })
}

/** What tRPC would take otherwise than REST does. */
function prepare({ raw, headers }: FastifyRequest): void {
  // A `HEAD` goes with `GET`: Node leaves the body out.
  if (raw.method === 'HEAD') raw.method = 'GET'
  // Only an empty body comes this far without a media type, and it may be left out.
  if (raw.method === 'POST') headers['content-type'] ??= 'application/json'
}

/** The header of the problem that REST would answer with; of a batch, that of the last failed call. */
function retryHeaders(errors: readonly TRPCError[]): Record<string, string> {
  const last = errors.at(-1)
  const headers: Record<string, string> = last === undefined ? {} : problemResponse(toCallError(last), '').headers
  const retryAfter = headers['retry-after']
  return retryAfter === undefined ? {} : { 'retry-after': retryAfter }
}

function procedurePath(request: FastifyRequest): string {
  return pathSchema.parse(request.params)['*']
}
