import type { AppError } from '@deskbell/contract/errors'
import { getTRPCErrorShape } from '@trpc/server'
import { toTrpcError } from '../../call-error.ts'
import { appRouter } from '../../router.ts'
import type { CallId } from './call-counter.ts'

/**
 * Formats an error as a frame of tRPC. With the id null it concerns the connection. A stock client then keeps its
 * growing retry delay. After a close without an error it would reconnect at once, again and again.
 */
export function errorText({ id, requestId }: { id: CallId | null; requestId: string }, error: AppError): string {
  const shape = getTRPCErrorShape({
    config: appRouter._def._config,
    error: toTrpcError(error),
    type: 'unknown',
    path: undefined,
    input: undefined,
    ctx: undefined,
  })
  return JSON.stringify({ id, error: { ...shape, data: { ...shape.data, requestId } } })
}
