import type { Log } from '@deskbell/core/context'
import type { FastifyInstance } from 'fastify'

/**
 * One line per request: the route's pattern instead of the address, and no headers and no bodies,
 * so that neither a token nor a message can get in.
 */
export function logRequests(app: FastifyInstance, log: Log): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, id: requestId } = request
    const route = request.routeOptions.url ?? 'none'
    log.info({ method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), requestId }, 'request')
  })
}
