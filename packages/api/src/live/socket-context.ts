import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import { toAppError } from '@deskbell/core/app-error'
import type { Core } from '@deskbell/core/context'
import type { TRPCRequestInfo } from '@trpc/server/http'
import type { RequestContext } from '../context.ts'
import { actorOf } from '../http/admission.ts'
import type { RateLimits } from '../http/rate-limits.ts'
import type { LiveSocket } from './live-socket.ts'
import { sendError } from './socket-error.ts'

export type SocketContextDeps = { core: Core; limits: RateLimits; onSignIn: (actor: Actor) => void }

/**
 * Made once per socket, by tRPC's adapter: at once for a socket that signed in at the upgrade,
 * else when its first frame has come. A socket that cannot sign in is told why, and closed.
 */
export async function createSocketContext(
  deps: SocketContextDeps,
  socket: LiveSocket,
  params: TRPCRequestInfo['connectionParams'],
): Promise<RequestContext> {
  try {
    const actor = await signIn(deps.core, socket, params?.['token'])
    if (actor !== null && socket.ws.readyState === socket.ws.OPEN) deps.onSignIn(actor)
  } catch (cause) {
    const error = toAppError(cause)
    sendError(socket, null, error)
    socket.ws.close(closeCodeOf(error))
    throw error
  }
  return socketContext(deps, socket)
}

function closeCodeOf({ code }: AppError): number {
  if (code === 'rate_limited') return closeCodes.tooMany
  // A fault of ours says nothing about the session: a final code would sign people out.
  return code === 'unavailable' || code === 'internal' ? closeCodes.restart : closeCodes.unauthenticated
}

/** A token in the first frame wins over the cookie of the upgrade, as a bearer does. */
async function signIn(core: Core, socket: LiveSocket, given: string | undefined): Promise<Actor | null> {
  if (socket.signIn.state === 'done') return socket.signIn.actor
  if (socket.signIn.state !== 'waiting') return null
  const token = given ?? socket.signIn.token
  socket.signIn = { state: 'checking' }
  const actor = await actorOf(core, token === null ? { kind: 'none' } : { kind: 'bearer', token })
  if (actor === null || token === null) throw new AppError('unauthenticated')
  socket.signIn = { state: 'done', actor, token }
  return actor
}

function socketContext({ core, limits }: SocketContextDeps, socket: LiveSocket): RequestContext {
  return {
    core,
    via: 'socket',
    requestId: socket.requestId,
    signal: socket.signal,
    authenticate: async () => (socket.signIn.state === 'done' ? socket.signIn.actor : null),
    // Asked at the upgrade already.
    assertOwnOrigin: () => {},
    limit(kind) {
      if (kind === 'login') return limits.take('signIn', socket.address)
      limits.take('send', socket.signIn.state === 'done' ? `user ${socket.signIn.actor.userId}` : socket.address)
    },
    session: {
      token: socket.signIn.state === 'done' ? socket.signIn.token : null,
      setCookie: () => {},
      clearCookie: () => {},
    },
    reply: { status: null },
    openStream: () => ({
      ready: () => socket.pressure.ready(),
      isBusy: () => socket.pressure.isBusy,
      isSignedIn: () => socket.signIn.state === 'done',
    }),
  }
}
