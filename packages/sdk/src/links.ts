import type { AppRouter } from '@deskbell/api/router'
import { splitLink, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { Access } from './connection/access.ts'
import { MovingOperation } from './connection/moving-operation.ts'

/** `users.*` by HTTP, everything else by the way that is open at this moment. */
export function createLinks(http: TRPCLink<AppRouter>, access: Access): TRPCLink<AppRouter>[] {
  return [splitLink({ condition: ({ path }) => path.startsWith('users.'), true: http, false: accessLink(access) })]
}

function accessLink(access: Access): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        access.connect()
        const moving = new MovingOperation(access.routes, { op, observer })
        return () => moving.stop()
      })
}
