import { AppError, type ErrorCode, type InputIssue } from '@deskbell/contract/errors'
import { toAppError } from '@deskbell/core/app-error'
import { type TRPC_ERROR_CODE_KEY, TRPCError } from '@trpc/server'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { z } from 'zod'
import type { CallErrorShape } from './call-error-shape.ts'
import { errorTable } from './error-table.ts'

const pathCharsMax = 120

/** Converts anything that a call, tRPC or a schema throws to an error with a public code. */
export function toCallError(error: unknown): AppError {
  if (!(error instanceof TRPCError)) return toAppError(error)
  if (error.cause instanceof AppError) return error.cause
  if (error.code === 'BAD_REQUEST' && error.cause instanceof z.ZodError) return invalidInput(error.cause)
  const code = codesOfTrpc[error.code]
  return code === undefined ? toAppError(error.cause ?? error) : new AppError(code, { cause: error })
}

/** Converts an error to one of tRPC. Its code must match, because tRPC derives the HTTP status from it. */
export function toTrpcError(error: AppError): TRPCError {
  return new TRPCError({ code: errorTable[error.code].trpc, message: error.detail, cause: error })
}

/** Returns the public form of the error of a call. It is the same over every transport but REST. */
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

/** Codes of errors that tRPC itself creates before a procedure runs. Any other code of tRPC is a defect. */
const codesOfTrpc: Partial<Record<TRPC_ERROR_CODE_KEY, ErrorCode>> = {
  PARSE_ERROR: 'invalid_input',
  BAD_REQUEST: 'invalid_input',
  NOT_FOUND: 'not_found',
  METHOD_NOT_SUPPORTED: 'method_not_allowed',
  PAYLOAD_TOO_LARGE: 'too_large',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported_media_type',
}

function invalidInput(error: z.ZodError): AppError {
  return new AppError('invalid_input', { issues: error.issues.flatMap(toIssues), cause: error })
}

function toIssues(issue: z.core.$ZodIssue): InputIssue[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: dotted(issue.path), message: issue.message }]
  return issue.keys.map((key) => ({ path: dotted([...issue.path, key]), message: 'Unknown field' }))
}

/** Limits the length, because the keys come from the caller. */
function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, pathCharsMax).toWellFormed()
}
