import type { Actor } from '@deskbell/contract/actor'
import type { LoginOutput, Role } from '@deskbell/contract/users'
import type { Site } from '@deskbell/core/auth/factors/change-factors'
import type { Core } from '@deskbell/core/context'
import type { CallRate } from './procedure-meta.ts'

/** How a call arrives. `http` is tRPC over HTTP. */
export type Transport = 'rest' | 'http' | 'socket'

/** The session of the caller: its token, and the cookies in which a browser keeps it. */
export type SessionPort = {
  readonly token: string | null
  /** The token came in a cookie: the browser has no other session in this role. */
  readonly isCookie: boolean
  /** Like `clearCookie`, has no effect over the socket, which cannot set headers. */
  setCookie(login: LoginOutput): void
  clearCookie(role: Role): void
}

/** The context of a procedure. One for each HTTP request; over the socket one for each call. */
export type RequestContext = {
  readonly core: Core
  readonly via: Transport
  /** Identifies the request, or over the socket the connection, in responses and in the log. */
  readonly requestId: string
  /** The address of the caller, by which sign-ins are counted. */
  readonly address: string
  /** For whom an identity must be signed: the host of `PUBLIC_URL`, and without one the host that the caller has asked. */
  audience(): string
  /** Makes the absolute URL of a page. The token is in its fragment, which no server and no log sees. */
  linkTo(page: `/${string}`, token: string): string
  /** The site whose passkeys count. */
  readonly site: Site
  /** Aborted when the response closes. Undefined over a socket, where a call runs to its end in any case. */
  readonly signal: AbortSignal | undefined
  /** True when nobody waits for the answer any more. */
  isGone(): boolean
  /**
   * Resolves with the caller, or null without a valid session. Called after the rate and before the input; the session of
   * one request is read once. Rejects with `forbidden` for a changing request with a cookie and without an own origin.
   */
  authenticate(): Promise<Actor | null>
  /** Throws `forbidden` where the role has another origin: the console's, or that of the clients. */
  assertSignInHere(role: Role): void
  /** Throws `forbidden` for a call of a foreign page. For calls without a session, such as one that sets cookies. */
  assertOwnOrigin(): void
  /**
   * Counts one call: over HTTP by its address until the session is known, then by its user. `tokens` resolves with
   * how often it counts, and is asked when the user is known. Rejects with `rate_limited` above the rate.
   */
  limit(rate: CallRate, tokens: () => Promise<number>): Promise<void>
  readonly session: SessionPort
  /** A procedure sets the status of the REST response here. An object, because `next({ ctx })` copies the context. */
  readonly reply: { status: number | null }
  /**
   * Begins a stream over HTTP. Returns null over the socket, which pushes frames. Throws `rate_limited` for too many
   * streams, `unavailable` while the server drains, and `method_not_allowed` over REST, which has no streams.
   */
  openStream(actor: Actor): StreamPort | null
}

/** The connection and the session of a stream over HTTP. */
export type StreamPort = {
  /** Aborted when the session ends. The connection may stay open longer. */
  readonly signal: AbortSignal
  /** Back-pressure: must be awaited before each frame. */
  ready(): Promise<void>
  /** True while so many bytes are queued that the stream skips typing. */
  isBusy(): boolean
  /** False as soon as the session has ended. */
  isSignedIn(): boolean
}
