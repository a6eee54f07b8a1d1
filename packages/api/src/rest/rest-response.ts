import type { AppError, Problem } from '@deskbell/contract/errors'
import { errorTable } from '../error-table.ts'

export type RestResponse = { status: number; headers: Record<string, string>; body: string | null }

export function jsonResponse(status: number, data: unknown): RestResponse {
  if (status === 204) return { status, headers: {}, body: null }
  return textResponse('application/json; charset=utf-8', JSON.stringify(data), status)
}

export function textResponse(contentType: string, body: string, status = 200): RestResponse {
  return { status, headers: { 'content-type': contentType }, body }
}

/** Replaces the status of the code where HTTP has a more exact one. */
export type ProblemStatus = { status: number; title: string }

/** Creates a problem document (RFC 9457). Its `type` is the URL at which the docs page explains the code. */
export function problemResponse(
  error: AppError,
  requestId: string,
  { status, title }: ProblemStatus = errorTable[error.code],
): RestResponse {
  const problem: Problem = {
    type: `/api/docs#${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.detail,
    requestId,
    ...(error.issues !== undefined && { errors: error.issues }),
  }
  const response = textResponse('application/problem+json; charset=utf-8', JSON.stringify(problem), status)
  return { ...response, headers: { ...response.headers, ...problemHeaders(error) } }
}

function problemHeaders(error: AppError): Record<string, string> {
  const retryAfterMs = error.retryAfterMs ?? errorTable[error.code].retryAfterMs
  return {
    ...(retryAfterMs !== null && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    ...(error.code === 'unauthenticated' && { 'www-authenticate': 'Bearer' }),
    /** The rest of the body may be unread, so the connection cannot be used again. */
    ...(error.code === 'too_large' && { connection: 'close' }),
  }
}
