import { AppError, type ErrorCode, type InputIssue } from '@deskbell/contract/errors'
import { toAppError } from '@deskbell/core/app-error'
import { type TRPC_ERROR_CODE_KEY, TRPCError } from '@trpc/server'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { z } from 'zod'
import type { CallErrorShape } from './call-error-shape.ts'
import { errorTable } from './error-table.ts'

const issuesMax = 20
const pathCharsMax = 120

/** The one way from anything thrown by a call, by tRPC itself or by a schema to an error with a public code. */
export function toCallError(error: unknown): AppError {
  if (!(error instanceof TRPCError)) return toAppError(error)
  if (error.cause instanceof AppError) return error.cause
  if (error.code === 'BAD_REQUEST' && error.cause instanceof z.ZodError) return invalidInput(error.cause)
  const code = codesOfTrpc[error.code]
  return code === undefined ? toAppError(error.cause ?? error) : new AppError(code, { cause: error })
}

/** Back into tRPC: its code must fit ours, because the HTTP status of a tRPC answer is read from it. */
export function toTrpcError(error: AppError): TRPCError {
  return new TRPCError({ code: errorTable[error.code].trpc, message: error.detail, cause: error })
}

/** What a caller gets of a failed call, over each transport. */
export function callErrorShape(error: TRPCError, requestId: string): CallErrorShape {
  const { code, detail, retryAfterMs, issues } = toCallError(error)
  const row = errorTable[code]
  return {
    message: detail,
    code: TRPC_ERROR_CODES_BY_KEY[row.trpc],
    data: {
      code,
      httpStatus: row.status,
      retryAfterMs: retryAfterMs ?? row.retryAfterMs,
      requestId,
      ...(issues !== undefined && { errors: issues }),
    },
  }
}

/** Errors that tRPC makes by itself, before a procedure runs. Everything else it makes is a defect. */
const codesOfTrpc: Partial<Record<TRPC_ERROR_CODE_KEY, ErrorCode>> = {
  PARSE_ERROR: 'invalid_input',
  BAD_REQUEST: 'invalid_input',
  NOT_FOUND: 'not_found',
  METHOD_NOT_SUPPORTED: 'method_not_allowed',
  PAYLOAD_TOO_LARGE: 'too_large',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported_media_type',
}

function invalidInput(error: z.ZodError): AppError {
  return new AppError('invalid_input', { issues: error.issues.flatMap(toIssues).slice(0, issuesMax), cause: error })
}

function toIssues(issue: z.core.$ZodIssue): InputIssue[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: dotted(issue.path), message: issue.message }]
  return issue.keys.map((key) => ({ path: dotted([...issue.path, key]), message: 'Unknown field' }))
}

/** Keys may be hostile and long. */
function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, pathCharsMax).toWellFormed()
}
