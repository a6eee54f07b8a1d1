import type { AppError } from '@deskbell/contract/errors'
import { getTRPCErrorShape } from '@trpc/server'
import { toTrpcError } from '../call-error.ts'
import { appRouter } from '../router.ts'
import type { CallId } from './call-counter.ts'
import type { LiveSocket } from './live-socket.ts'

/**
 * Answers a call ourselves, in tRPC's form. With the id null it speaks of the connection: a stock client then
 * keeps its growing delay, where after a bare close it would come back at once, again and again.
 */
export function sendError(socket: LiveSocket, id: CallId | null, error: AppError): void {
  if (socket.ws.readyState !== socket.ws.OPEN) return
  const shape = getTRPCErrorShape({
    config: appRouter._def._config,
    error: toTrpcError(error),
    type: 'unknown',
    path: undefined,
    input: undefined,
    ctx: undefined,
  })
  const data = { ...shape.data, requestId: socket.requestId }
  socket.ws.send(JSON.stringify({ id, error: { ...shape, data } }))
}
