import type { Logger } from '@deskbell/core/logger'
import type { FastifyInstance } from 'fastify'

/**
 * Logs one line for each request. It has the pattern of the route instead of the URL, no headers and no body, so that
 * no token and no message text can reach the log.
 */
export function logRequests(app: FastifyInstance, log: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, id: requestId } = request
    const route = request.routeOptions.url ?? 'none'
    log.info({ method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), requestId }, 'request')
  })
}
