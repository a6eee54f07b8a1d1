import type { ErrorCode } from '@deskbell/contract/errors'
import { unavailableRetrySeconds } from '@deskbell/contract/limits'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server'

export type ErrorRow = {
  status: number
  trpc: TRPC_ERROR_CODE_KEY
  title: string
  /** Milliseconds to wait before a retry, unless the error has its own. Null when a retry does not help. */
  retryAfterMs: number | null
  /** Log level of a defect or an outage. Null for an expected error, which is not logged. */
  report: 'error' | 'warn' | null
}

const retryMs = unavailableRetrySeconds * 1000

/** One row for each code. A new code does not compile without one. */
export const errorTable: Record<ErrorCode, ErrorRow> = {
  invalid_input: final(400, 'BAD_REQUEST', 'Invalid input'),
  unauthenticated: final(401, 'UNAUTHORIZED', 'Not signed in'),
  invalid_credentials: final(401, 'UNAUTHORIZED', 'Wrong address or password'),
  proof_required: final(403, 'FORBIDDEN', 'Proof required'),
  forbidden: final(403, 'FORBIDDEN', 'Not allowed'),
  not_found: final(404, 'NOT_FOUND', 'Not found'),
  method_not_allowed: final(405, 'METHOD_NOT_SUPPORTED', 'Method not allowed'),
  too_large: final(413, 'PAYLOAD_TOO_LARGE', 'Too large'),
  unsupported_media_type: final(415, 'UNSUPPORTED_MEDIA_TYPE', 'Unsupported media type'),
  unsupported_file: final(422, 'UNPROCESSABLE_CONTENT', 'Unsupported file'),
  chat_closed: final(409, 'CONFLICT', 'Chat closed'),
  already_assigned: final(409, 'CONFLICT', 'Already assigned'),
  client_msg_id_reused: final(409, 'CONFLICT', 'clientMsgId reused'),
  not_editable: final(409, 'CONFLICT', 'Not editable'),
  newer_messages: final(409, 'CONFLICT', 'Newer messages'),
  last_admin: final(409, 'CONFLICT', 'Last admin'),
  too_many_keys: final(409, 'CONFLICT', 'Too many keys'),
  quota_exceeded: final(409, 'CONFLICT', 'Quota exceeded'),
  rate_limited: { ...final(429, 'TOO_MANY_REQUESTS', 'Too many requests'), retryAfterMs: retryMs },
  unavailable: { ...final(503, 'SERVICE_UNAVAILABLE', 'Unavailable'), retryAfterMs: retryMs, report: 'warn' },
  internal: { ...final(500, 'INTERNAL_SERVER_ERROR', 'Internal error'), report: 'error' },
}

function final(status: number, trpc: TRPC_ERROR_CODE_KEY, title: string): ErrorRow {
  return { status, trpc, title, retryAfterMs: null, report: null }
}
