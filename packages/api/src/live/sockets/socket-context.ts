import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import { toAppError } from '@deskbell/core/app-error'
import type { Core } from '@deskbell/core/context'
import { type Addresses, assertRoleAt, audienceOf, linkTo, siteOf } from '../../addresses.ts'
import type { RequestContext } from '../../context.ts'
import { actorOf } from '../../http/security/admission.ts'
import type { RateLimits } from '../../http/security/rate-limits.ts'
import type { LiveSocket } from './live-socket.ts'

export type SocketContextDeps = {
  core: Core
  addresses: Addresses
  limits: RateLimits
  /** Throws `rate_limited` when the user has too many sockets. */
  onSignIn: (socket: LiveSocket, actor: Actor) => void
}

/**
 * Signs a socket in with the token of its first frame, which wins over the one of the upgrade. When the sign-in fails,
 * sends the error, closes the socket, and resolves with false.
 */
export async function signInSocket(
  deps: SocketContextDeps,
  socket: LiveSocket,
  given: { token: string | undefined },
): Promise<boolean> {
  socket.work.started()
  try {
    await signIn(deps, socket, given.token)
    return true
  } catch (cause) {
    const error = toAppError(cause)
    socket.sendError(null, error)
    socket.ws.close(closeCodeOf(error))
    return false
  } finally {
    socket.work.finished()
  }
}

/** The socket is signed in only when it counts as one of its user. */
async function signIn(deps: SocketContextDeps, socket: LiveSocket, given: string | undefined): Promise<void> {
  if (socket.signIn.state !== 'waiting') return
  const { requested } = socket.signIn
  const token = given ?? socket.signIn.token
  socket.signIn = { state: 'checking' }
  const actor = await actorOf(deps.core, token === null ? { kind: 'none' } : { kind: 'bearer', token }, requested)
  if (actor === null || token === null) throw new AppError('unauthenticated')
  if (!socket.isOpen) return
  deps.onSignIn(socket, actor)
  socket.signIn = { state: 'done', actor, token }
}

function closeCodeOf({ code }: AppError): number {
  if (code === 'rate_limited') return closeCodes.tooMany
  // A failure of the server proves nothing about the session. After a final code, the client would sign out.
  return code === 'unavailable' || code === 'internal' ? closeCodes.restart : closeCodes.unauthenticated
}

/** Created for each call, so that an idle socket has none. */
export function socketContext({ core, addresses, limits }: SocketContextDeps, socket: LiveSocket): RequestContext {
  return {
    core,
    via: 'socket',
    requestId: socket.requestId,
    address: socket.address,
    audience: () => audienceOf(addresses, socket),
    linkTo: (page, token) => linkTo(addresses, page, token),
    site: siteOf(addresses),
    signal: undefined,
    isGone: () => !socket.isOpen,
    authenticate: async () => (socket.signIn.state === 'done' ? socket.signIn.actor : null),
    assertSignInHere: (role) => assertRoleAt(addresses, socket.host, role),
    // The upgrade has checked the origin.
    assertOwnOrigin: () => {},
    async limit(rate, tokens) {
      if (rate === 'signIn') return limits.take('signIn', socket.address)
      // The upgrade has counted by address, and without a user the call is refused.
      if (socket.signIn.state !== 'done') return
      limits.takeOf(socket.signIn.actor, rate, await tokens())
    },
    session: {
      token: socket.signIn.state === 'done' ? socket.signIn.token : null,
      isCookie: false,
      setCookie: () => {},
      clearCookie: () => {},
    },
    reply: { status: null },
    // The socket pushes the frames, and ends its streams itself.
    openStream: () => null,
  }
}
