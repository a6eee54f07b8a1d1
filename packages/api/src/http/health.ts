import { AppError } from '@deskbell/contract/errors'
import type { FastifyInstance } from 'fastify'
import { sendProblem } from './errors/problem-reply.ts'

const paths = new Set(['/healthz', '/readyz'])

export function isHealthPath(path: string | undefined): boolean {
  return path !== undefined && paths.has(path)
}

/** Serves `/healthz`: 200 while the process runs. Serves `/readyz`: 200 while it can serve users, else 503. */
export function serveHealth(app: FastifyInstance, ready: () => boolean): void {
  app.get('/healthz', (_, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))
  app.get('/readyz', (_, reply) => {
    if (!ready()) return sendProblem(reply, new AppError('unavailable'))
    return reply.header('cache-control', 'no-store').send({ status: 'ready' })
  })
}
