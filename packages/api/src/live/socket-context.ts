import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import { toAppError } from '@deskbell/core/app-error'
import type { Core } from '@deskbell/core/context'
import type { RequestContext } from '../context.ts'
import { actorOf } from '../http/admission.ts'
import type { RateLimits } from '../http/rate-limits.ts'
import type { LiveSocket } from './live-socket.ts'

export type SocketContextDeps = { core: Core; limits: RateLimits; onSignIn: (socket: LiveSocket, actor: Actor) => void }

/**
 * Signs a socket in: it brings its actor from the upgrade, or the token of its first frame. A socket that cannot sign in
 * is told why, and closed. Answers whether it may go on.
 */
export async function signInSocket(
  deps: SocketContextDeps,
  socket: LiveSocket,
  given: { token: string | undefined } | null,
): Promise<boolean> {
  try {
    const actor = await actorOfSocket(deps.core, socket, given?.token)
    if (actor !== null && socket.isOpen) deps.onSignIn(socket, actor)
    return true
  } catch (cause) {
    const error = toAppError(cause)
    socket.sendError(null, error)
    socket.ws.close(closeCodeOf(error))
    return false
  }
}

function closeCodeOf({ code }: AppError): number {
  if (code === 'rate_limited') return closeCodes.tooMany
  // A fault of ours says nothing about the session: a final code would sign people out.
  return code === 'unavailable' || code === 'internal' ? closeCodes.restart : closeCodes.unauthenticated
}

/** A token in the first frame wins over the cookie of the upgrade, as a bearer does. */
async function actorOfSocket(core: Core, socket: LiveSocket, given: string | undefined): Promise<Actor | null> {
  if (socket.signIn.state === 'done') return socket.signIn.actor
  if (socket.signIn.state !== 'waiting') return null
  const { meant } = socket.signIn
  const token = given ?? socket.signIn.token
  socket.signIn = { state: 'checking' }
  const actor = await actorOf(core, token === null ? { kind: 'none' } : { kind: 'bearer', token }, meant)
  if (actor === null || token === null) throw new AppError('unauthenticated')
  socket.signIn = { state: 'done', actor, token }
  return actor
}

/** Made for each call, so that an idle socket has none. */
export function socketContext({ core, limits }: SocketContextDeps, socket: LiveSocket): RequestContext {
  return {
    core,
    via: 'socket',
    requestId: socket.requestId,
    signal: undefined,
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
    // The socket pushes, and ends its streams itself.
    openStream: () => null,
  }
}
