import type { Actor } from '@deskbell/contract/actor'
import type { LoginOutput, Role } from '@deskbell/contract/users'
import type { Core } from '@deskbell/core/context'
import type { LimitKind } from './procedure-meta.ts'

/** How a call came in. */
export type Transport = 'rest' | 'http' | 'socket'

/** The session of the caller: its token, and the cookie that a browser keeps it in. */
export type SessionPort = {
  readonly token: string | null
  /** No effect over the socket, which has no headers to set. */
  setCookie(login: LoginOutput): void
  clearCookie(role: Role): void
}

/** What every procedure gets. One per HTTP request; over the socket one per connection. */
export type RequestContext = {
  readonly core: Core
  readonly via: Transport
  /** Names the request, over the socket the connection, in answers and in the log. */
  readonly requestId: string
  /** Ends with the request; undefined over a socket, where a call goes on to its end and its answer may find nobody. */
  readonly signal: AbortSignal | undefined
  /**
   * Who asks; null without a valid session. Asked once per call, after the rate and before the input.
   * Throws `forbidden` for a cookie that comes from a foreign origin.
   */
  authenticate(): Promise<Actor | null>
  /** Throws `forbidden` for a call that a foreign page made the browser send; asked where a session cookie is set. */
  assertOwnOrigin(): void
  /** Counts one call; throws `rate_limited` above the rate. */
  limit(kind: LimitKind): void
  readonly session: SessionPort
  /** A holder, because `next({ ctx })` copies the context: a procedure sets what REST answers with. */
  readonly reply: { status: number | null }
  /** Begins a stream of the caller. Throws when there are too many, and where there are none; null where frames are pushed. */
  openStream(actor: Actor): StreamPort | null
}

/** What a stream over HTTP rests on: a line, and a session. */
export type StreamPort = {
  /** Ends with the session, which the line outlives. */
  readonly signal: AbortSignal
  /** Back-pressure: awaited before each frame. */
  ready(): Promise<void>
  /** True while so much waits that what nobody misses is left out. */
  isBusy(): boolean
  /** False from the moment in which the session ended. */
  isSignedIn(): boolean
}
