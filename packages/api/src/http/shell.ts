import { randomUUID } from 'node:crypto'
import { AppError } from '@deskbell/contract/errors'
import { frameBytesMax } from '@deskbell/contract/limits'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import { reportFailure } from '../failure-report.ts'
import { answerClientError } from './client-error.ts'
import { isOwnHost } from './host-rule.ts'
import type { HttpOptions } from './http-options.ts'
import { sendProblem, toShellError } from './problem-reply.ts'
import { logRequests } from './request-log.ts'
import { closedPolicy, securityHeaders } from './security-headers.ts'

const requestTimeoutMs = 30_000
/** Longer than that of the proxy before us, which would else meet a connection that we are just closing. */
const keepAliveMs = 75_000

/** Fastify with what every answer has: a request id of ours, the security headers, a log line, and errors in one form. */
export function createShell(options: HttpOptions): FastifyInstance {
  const { core, log } = options
  const app = fastify({
    logger: false,
    // Ids from outside are not taken: they could be forged to mix up the log.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: frameBytesMax,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError,
    schemaController: noSchemas,
    frameworkErrors: (error, _request, reply) => void sendProblem(stamped(reply), error),
  })
  // No path takes it, and that is what is answered: Fastify would ask for its media type first.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true })
  app.addHook('onRequest', async (request, reply) => {
    stamped(reply)
    const host = (request.headers.host ?? '').toLowerCase()
    if (!isOwnHost({ publicUrl: undefined, ...options }, host)) {
      throw new AppError('forbidden', { detail: 'This name is not served here.' })
    }
  })
  logRequests(app, log)
  app.setErrorHandler((cause, request, reply) => {
    const error = toShellError(cause)
    reportFailure({ ctx: { core, requestId: request.id }, path: request.routeOptions.url ?? 'none' }, error)
    return sendProblem(reply, error)
  })
  return app
}

const refuseSchema = () => {
  throw new Error('Routes have no JSON schemas: inputs and outputs are parsed by zod.')
}

/** Given none, Fastify loads two compilers of JSON schemas at its start, and a validator behind them. */
const noSchemas = { compilersFactory: { buildValidator: () => refuseSchema, buildSerializer: () => refuseSchema } }

function stamped(reply: FastifyReply): FastifyReply {
  return reply.headers({
    ...securityHeaders,
    'content-security-policy': closedPolicy,
    'x-request-id': reply.request.id,
  })
}
