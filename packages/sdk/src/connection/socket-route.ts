import type { AppRouter } from '@deskbell/api/router'
import type { ErrorCode } from '@deskbell/contract/errors'
import { TRPCClientError, wsLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { EndReason } from './connection-state.ts'
import type { Line } from './line.ts'
import type { Route } from './route.ts'

/** The way over this program's own socket, which may be another one after a new sign-in: every operation asks for it. */
export function createSocketRoute(line: Line): Route {
  return {
    run: (op) =>
      observable((observer) => {
        const client = line.socket()
        if (client === null) return observer.error(endedError(line))
        return wsLink<AppRouter>({ client })({})({ op, next: nothingNext }).subscribe(observer)
      }),
    // What waits for a socket has not left; what an open one carries ends with it, one way or the other.
    leave: () => (line.isOpen() ? 'finish' : 'repeat'),
  }
}

const endCodes: Record<EndReason, ErrorCode> = {
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  protocol: 'internal',
  closed: 'unavailable',
}

/** What a call gets when the line has ended: the same form as if the server had said it. */
function endedError(line: Line): TRPCClientError<AppRouter> {
  const state = line.state.getSnapshot()
  const code = endCodes[state.kind === 'ended' ? state.reason : 'closed']
  return TRPCClientError.from({ error: { code: -32_000, message: 'The connection has ended.', data: { code } } })
}

function nothingNext(): never {
  throw new Error('Nothing comes after this link.')
}
