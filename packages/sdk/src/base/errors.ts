import type { ErrorCode } from '@deskbell/contract/errors'

/** The error of the SDK's own methods. `code` is the server's, or `unavailable` if the server sent none. */
export class SdkError extends Error {
  override readonly name = 'SdkError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, options: { cause?: unknown } = {}) {
    super(code, options)
    this.code = code
  }
}

/** Returns `cause` as an `SdkError`, with the code `unavailable` if the server sent none. */
export function toSdkError(cause: unknown): SdkError {
  return cause instanceof SdkError ? cause : new SdkError(errorCode(cause) ?? 'unavailable', { cause })
}

/**
 * Returns the server's code in an error thrown by any call of this package. Null when the server sent none: the
 * connection broke, or the call was aborted or timed out.
 */
export function errorCode(error: unknown): ErrorCode | null {
  if (error instanceof SdkError) return error.code
  const code = dataOf(error)['code']
  return isErrorCode(code) ? code : null
}

/** A timer for longer than 24 days fires at once: a wait without a bound could become none at all. */
const retryAfterMsMax = 60 * 60 * 1000

/** Returns the milliseconds that the server asks to wait before the same call is repeated; 0 when it does not ask. */
export function retryAfterMs(error: unknown): number {
  const value = dataOf(error)['retryAfterMs']
  return typeof value === 'number' && value > 0 ? Math.min(value, retryAfterMsMax) : 0
}

/**
 * Reports whether the same call may succeed later. True for null: the outcome is unknown, so a repeatable call is
 * repeated.
 */
export function isRetryable(code: ErrorCode | null): boolean {
  return code === null || advice[code] === 'retry'
}

/**
 * Reports whether the same call would get the same answer. The outcome of `internal` is unknown, so it is neither final
 * nor retryable: it is repeated only where that is harmless, as for reads.
 */
export function isFinal(code: ErrorCode | null): boolean {
  return code !== null && advice[code] === 'give-up'
}

/** What a caller may do about each code. The type is total: a new code without an entry does not compile. */
const advice: Record<ErrorCode, 'give-up' | 'retry' | 'unknown'> = {
  invalid_input: 'give-up',
  unauthenticated: 'give-up',
  invalid_credentials: 'give-up',
  proof_required: 'give-up',
  forbidden: 'give-up',
  not_found: 'give-up',
  method_not_allowed: 'give-up',
  too_large: 'give-up',
  unsupported_media_type: 'give-up',
  chat_closed: 'give-up',
  already_assigned: 'give-up',
  client_msg_id_reused: 'give-up',
  not_editable: 'give-up',
  newer_messages: 'give-up',
  last_admin: 'give-up',
  too_many_keys: 'give-up',
  unsupported_file: 'give-up',
  quota_exceeded: 'give-up',
  rate_limited: 'retry',
  unavailable: 'retry',
  internal: 'unknown',
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(advice, value)
}

function dataOf(error: unknown): Fields {
  return fieldsOf(fieldsOf(error)['data'])
}

export type Fields = Readonly<Record<string, unknown>>

/** The fields of a value of which nothing is known; none of null and undefined. */
export function fieldsOf(value: unknown): Fields {
  return Object(value)
}
