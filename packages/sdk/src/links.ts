import type { AppRouter } from '@deskbell/api/router'
import type { ErrorCode } from '@deskbell/contract/errors'
import { socketCallsMax } from '@deskbell/contract/limits'
import { splitLink, TRPCClientError, type TRPCLink, wsLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { CallSlots } from './call-slots.ts'
import type { EndReason } from './connection/connection-state.ts'
import type { Line } from './connection/line.ts'

/** `users.*` by HTTP, everything else by the line's socket. */
export function createLinks(http: TRPCLink<AppRouter>, line: Line): TRPCLink<AppRouter>[] {
  return [
    splitLink({ condition: ({ path }) => path.startsWith('users.'), true: http, false: [slotLink(), lineLink(line)] }),
  ]
}

/** The server refuses more calls at once on one socket, so further ones wait for their turn. Streams do not. */
function slotLink(): TRPCLink<AppRouter> {
  const slots = new CallSlots(socketCallsMax)
  return () =>
    ({ op, next }) => {
      if (op.type === 'subscription') return next(op)
      return observable((observer) => {
        let stop = () => {}
        const release = slots.take(() => {
          const subscription = next(op).subscribe(observer)
          stop = () => subscription.unsubscribe()
        })
        return () => {
          stop()
          release()
        }
      })
    }
}

/** The socket may be another one after a new sign-in, so every call asks for it. */
function lineLink(line: Line): TRPCLink<AppRouter> {
  return (runtime) =>
    ({ op, next }) =>
      observable((observer) => {
        const client = line.socket()
        if (client === null) return observer.error(endedError(line))
        return wsLink<AppRouter>({ client })(runtime)({ op, next }).subscribe(observer)
      })
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
