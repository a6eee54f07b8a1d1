import { randomUUID } from 'node:crypto'
import { AppError } from '@deskbell/contract/errors'
import {
  frameBytesMax,
  httpHeadersMs,
  httpReadBytesPerSecondMin,
  httpRequestMs,
  httpSilenceMs,
  uploadRequestMs,
} from '@deskbell/contract/limits'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { reportFailure } from '../failure-report.ts'
import { answerClientError } from './errors/client-error.ts'
import { answerExpectation, sendProblem, toShellError } from './errors/problem-reply.ts'
import { isAvatarPath } from './files/avatar-routes.ts'
import { isUploadPath } from './files/uploads.ts'
import { isHealthPath } from './health.ts'
import type { HttpOptions, RequestTimes } from './http-options.ts'
import { logRequests } from './request-log.ts'
import { asksForSocket, toOriginForm } from './request-target.ts'
import type { AddressConnections } from './security/address-connections.ts'
import { assertOneHost, assertOwnHost } from './security/host-rule.ts'
import { peerOf } from './security/peer.ts'
import { closedPolicy, type FixedHeaders, fixedHeaders, openerPolicy } from './security/security-headers.ts'
import { SlowReaders } from './slow-readers.ts'
import { SlowRequests } from './slow-requests.ts'

/** How often slow headers and requests are looked for. */
const slowCheckMs = 1_000
/** Longer than that of a proxy in front, or the proxy could send a request on a connection that is being closed. */
const keepAliveMs = 75_000

const defaultTimes: RequestTimes = {
  headersMs: httpHeadersMs,
  requestMs: httpRequestMs,
  silenceMs: httpSilenceMs,
  readBytesPerSecondMin: httpReadBytesPerSecondMin,
}

/** Creates Fastify with what every response needs: a request id, security headers, a log line, errors in one form. */
export function createShell(options: HttpOptions, connections: AddressConnections): FastifyInstance {
  const { core, log } = options
  const fixed = fixedHeaders(options)
  const { headersMs, requestMs, silenceMs, readBytesPerSecondMin } = { ...defaultTimes, ...options.requestTimes }
  const app = fastify({
    logger: false,
    // Ids of clients are ignored: forged ones could make the log ambiguous.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: frameBytesMax,
    // Of uploads. The time of others is watched below.
    requestTimeout: uploadRequestMs,
    // Node destroys the connection. Streams send a ping more often, and sockets have times of their own.
    connectionTimeout: silenceMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    // Its answer would have no code. The hook below answers instead.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerClientError(error, socket, fixed),
    rewriteUrl: toOriginForm,
    http: {
      // Health checks may lack the header. The hook below refuses other requests without it, as a problem document.
      requireHostHeader: false,
      shouldUpgradeCallback: asksForSocket,
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(slowCheckMs, headersMs),
    },
    schemaController: noSchemas,
    frameworkErrors: (error, _request, reply) => void sendProblem(stamped(reply, options, fixed), error),
  })
  const slowReaders = new SlowReaders({ silenceMs, bytesPerSecondMin: readBytesPerSecondMin })
  const slowRequests = new SlowRequests(
    { msMax: requestMs, checkMs: Math.min(slowCheckMs, headersMs) },
    ({ socket }) => {
      answerClientError(Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket, fixed)
    },
  )
  app.addHook('onClose', async () => {
    slowReaders.stop()
    slowRequests.stop()
  })
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.server.on('connection', (connection) => {
    connections.opened(connection)
    slowReaders.opened(connection)
  })
  app.server.on('upgrade', ({ socket }) => slowReaders.upgraded(socket))
  // No path supports QUERY, so the response is 405 or 404. Without this, Fastify would check the media type first.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true })
  app.addHook('onRequest', async (request, reply) => {
    stamped(reply, options, fixed)
    if (!isUploadPath(request.url) && !isAvatarPath(request.url)) slowRequests.begun(request.raw)
    // A connection that is in use stays open during a stop, and may bring another request.
    if (isClosing) {
      reply.header('connection', 'close')
      throw new AppError('unavailable')
    }
    if (!isHealthPath(request.routeOptions.url)) admit(connections, request, reply)
    // The router would serve `*`, which means the whole server and not a path, as the home page.
    if (request.raw.url === '*')
      throw new AppError('invalid_input', { detail: 'The target of the request is no path.' })
    // Health probes use an address as the host, or no host.
    if (isHealthPath(request.routeOptions.url)) assertOneHost(request.raw)
    else assertOwnHost(options, request.raw)
  })
  app.server.on('checkExpectation', (_request, response) => answerExpectation(response, fixed))
  logRequests(app, log)
  app.setErrorHandler((cause, request, reply) => {
    const error = toShellError(cause)
    reportFailure({ ctx: { core, requestId: request.id }, path: request.routeOptions.url ?? 'none' }, error)
    return sendProblem(reply, error)
  })
  return app
}

/** Throws `rate_limited` when the address has too many connections. The connection is closed with that answer. */
function admit(connections: AddressConnections, request: FastifyRequest, reply: FastifyReply): void {
  try {
    connections.admit(request.raw, reply.raw)
  } catch (error) {
    reply.header('connection', 'close')
    throw error
  }
}

const refuseSchema = () => {
  throw new Error('Routes have no JSON schemas: inputs and outputs are parsed by zod.')
}

/** Without these factories, Fastify loads two compilers of JSON schemas and their validator at the start. */
const noSchemas = { compilersFactory: { buildValidator: () => refuseSchema, buildSerializer: () => refuseSchema } }

function stamped(reply: FastifyReply, { trustProxy, publicUrl }: HttpOptions, fixed: FixedHeaders): FastifyReply {
  return reply.headers({
    ...fixed,
    ...openerPolicy(peerOf(reply.request.raw, trustProxy), publicUrl),
    'content-security-policy': closedPolicy,
    'x-request-id': reply.request.id,
  })
}
