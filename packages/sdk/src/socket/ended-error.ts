import type { AppRouter } from '@deskbell/api/router'
import type { ErrorCode } from '@deskbell/contract/errors'
import { TRPCClientError } from '@trpc/client'
import type { ConnectionState, EndReason } from './connection-state.ts'

const endCodes: Record<EndReason, ErrorCode> = {
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  protocol: 'internal',
  closed: 'unavailable',
}

/** The error of a call on an ended connection, in the same form as one of the server. */
export function endedError(state: ConnectionState): TRPCClientError<AppRouter> {
  const code = endCodes[state.kind === 'ended' ? state.reason : 'closed']
  return TRPCClientError.from({ error: { code: -32_000, message: 'The connection has ended.', data: { code } } })
}
