import type { AppRouter } from '@deskbell/api/router'
import { socketCallsMax } from '@deskbell/contract/limits'
import { splitLink, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { CallSlots } from './call-slots.ts'
import type { Access } from './connection/access.ts'
import { movingLink } from './connection/moving-link.ts'

/** `users.*` by HTTP, everything else by the way that is open at this moment. */
export function createLinks(http: TRPCLink<AppRouter>, access: Access): TRPCLink<AppRouter>[] {
  return [
    splitLink({
      condition: ({ path }) => path.startsWith('users.'),
      true: http,
      false: [slotLink(), connectLink(access), movingLink(access.routes)],
    }),
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

/** Nothing is opened before it is needed: now it is. */
function connectLink(access: Access): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) => {
      access.connect()
      return next(op)
    }
}
