import type { ErrorCode } from '@deskbell/contract/errors'

/** The code of a refused call; null when no answer came at all. */
export function errorCode(error: unknown): ErrorCode | null {
  const code = codeOf(error) ?? codeOf(property(error, 'data')) ?? codeOf(property(error, 'cause'))
  return typeof code === 'string' && isErrorCode(code) ? code : null
}

// A list of names only: the contract's own list would bring the validation library into the page.
const codes: Record<ErrorCode, true> = {
  invalid_input: true,
  unauthenticated: true,
  forbidden: true,
  not_found: true,
  method_not_allowed: true,
  too_large: true,
  unsupported_media_type: true,
  chat_closed: true,
  already_assigned: true,
  client_msg_id_reused: true,
  not_editable: true,
  newer_messages: true,
  rate_limited: true,
  unavailable: true,
  internal: true,
}

/** The call was answered, and asking again would be answered the same. */
export function isFinal(error: unknown): boolean {
  const code = errorCode(error)
  return code !== null && code !== 'unavailable' && code !== 'rate_limited' && code !== 'internal'
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(codes, code)
}

function codeOf(value: unknown): unknown {
  return property(value, 'code')
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
