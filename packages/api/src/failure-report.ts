import type { AppError } from '@deskbell/contract/errors'
import type { TRPCError } from '@trpc/server'
import { toCallError, toTrpcError } from './call-error.ts'
import type { RequestContext } from './context.ts'
import { errorTable } from './error-table.ts'

export type FailedCall = { ctx: Pick<RequestContext, 'core' | 'requestId'>; path: string }

/** Returns the error for the caller, with public code and message. Logs a defect or an outage with the request id. */
export function toPublicError(call: FailedCall, cause: unknown): TRPCError {
  const error = toCallError(cause)
  reportFailure(call, error)
  return toTrpcError(error)
}

/** Logs a defect or an outage. Does not log expected errors, such as `not_found`. */
export function reportFailure({ ctx, path }: FailedCall, error: AppError): void {
  const level = errorTable[error.code].report
  if (level === null) return
  const fields = { requestId: ctx.requestId, path, code: error.code, internal: error.internal }
  ctx.core.log[level]({ ...fields, causes: describeCauses(error.cause) }, 'call failed')
}

const causesMax = 5

/**
 * Describes a chain of causes for the log. The message of a database error contains the statement and its values, and
 * texts of messages must not reach the log. So only name, SQLSTATE and stack frames of such an error are kept.
 */
function describeCauses(cause: unknown): object[] {
  const causes: object[] = []
  let next: unknown = cause
  while (next instanceof Error && causes.length < causesMax) {
    causes.push(describe(next))
    next = next.cause
  }
  return causes
}

function describe(error: Error): object {
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const carriesValues = 'params' in error || 'query' in error
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return { name: error.name, ...code, ...(!carriesValues && { message: error.message }), frames }
}
