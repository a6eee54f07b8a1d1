import type { ErrorCode } from '@deskbell/contract/errors'
import { SdkError } from './sdk-error.ts'

/**
 * The server's code in an error thrown by any call of this package.
 * Null when the server did not say: the line broke, or the call was given up.
 */
export function errorCode(error: unknown): ErrorCode | null {
  if (error instanceof SdkError) return error.code
  const code = dataOf(error)?.code
  return isErrorCode(code) ? code : null
}

/** Milliseconds that the server asks to wait before the same call again; 0 when it does not ask. */
export function retryAfterMs(error: unknown): number {
  const value = dataOf(error)?.retryAfterMs
  return typeof value === 'number' ? value : 0
}

/** May the same call succeed later? Without a code the outcome is unknown, and a repeatable call is repeated. */
export function isRetryable(code: ErrorCode | null): boolean {
  return code === null || retryable[code]
}

/** Reading again does no harm, so it also goes on after a fault of the server's own. */
export function mayReadAgain(code: ErrorCode | null): boolean {
  return code === 'internal' || isRetryable(code)
}

/** Total: a new code does not compile without an answer. */
const retryable: Record<ErrorCode, boolean> = {
  invalid_input: false,
  unauthenticated: false,
  forbidden: false,
  not_found: false,
  method_not_allowed: false,
  too_large: false,
  unsupported_media_type: false,
  chat_closed: false,
  already_assigned: false,
  client_msg_id_reused: false,
  not_editable: false,
  newer_messages: false,
  rate_limited: true,
  unavailable: true,
  internal: false,
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(retryable, value)
}

type ErrorData = { code?: unknown; retryAfterMs?: unknown }

function dataOf(error: unknown): ErrorData | null {
  if (typeof error !== 'object' || error === null || !('data' in error)) return null
  const { data } = error
  return typeof data === 'object' ? data : null
}
