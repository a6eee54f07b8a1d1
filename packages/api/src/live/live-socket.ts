import type { Actor } from '@deskbell/contract/actor'
import { closeCodes } from '@deskbell/contract/close-codes'
import type { WebSocket } from 'ws'
import type { BackPressure } from './back-pressure.ts'
import type { CallCounter } from './call-counter.ts'

/** What the server knows about one open socket. */
export type LiveSocket = {
  readonly ws: WebSocket
  /** Names the connection in answers and in the log. */
  readonly requestId: string
  /** What sign-ins and connections are counted by. */
  readonly address: string
  readonly pressure: BackPressure
  readonly calls: CallCounter
  /** Ends with the connection. */
  readonly signal: AbortSignal
  signIn: SignIn
}

/**
 * `waiting` until `connectionParams` came, with the token of the upgrade if there was one; `checking` while the
 * database is asked; `ended` from the moment the session did, a little before the close.
 */
export type SignIn =
  | { state: 'waiting'; token: string | null }
  | { state: 'checking' }
  | { state: 'done'; actor: Actor; token: string }
  | { state: 'ended' }

/** An answer that is under way, such as that of the sign-out itself, gets this long to leave. */
const lastAnswerMs = 50

/** From now on the socket has no session, and is closed in a moment. */
export function endSession(socket: LiveSocket): void {
  socket.signIn = { state: 'ended' }
  setTimeout(() => socket.ws.close(closeCodes.unauthenticated), lastAnswerMs)
}
