import type { AuthMode } from '@deskbell/contract/users'
import type { Core } from '@deskbell/core/context'
import type { Logger } from '@deskbell/core/logger'
import type { LiveTimings } from '../live/live-timings.ts'

/** What this process serves. `api`: REST and tRPC over HTTP. `live`: the socket. `pages`: the web app. */
export type HttpRoles = { api: boolean; live: boolean; pages: boolean }

export type HttpOptions = {
  core: Core
  log: Logger
  roles: HttpRoles
  /** The built web app; null when there is none. */
  pagesDir: string | null
  authMode: AuthMode
  /** The URL at which browsers reach this server, when it differs from where it listens. */
  publicUrl?: string | undefined
  /** The URL of the operators' pages, when they have a host name of their own. */
  consoleUrl?: string | undefined
  /** Origins, such as `https://shop.example`, that may use the session cookie of a client besides the own one. */
  allowedOrigins: readonly string[]
  /** Host names that are served in open mode besides loopback and that of `publicUrl`. */
  allowedHosts: readonly string[]
  rateLimits: boolean
  /** Connections that one address may have open, also without `rateLimits`. Default: `addressConnectionsMax`. */
  connectionsPerAddress?: number | undefined
  /** Overrides the clock of the rate limits, in milliseconds, for tests. */
  rateClock?: (() => number) | undefined
  /** Whether to believe `X-Forwarded-For` and `-Proto` of a proxy on loopback or in a private network. */
  trustProxy: boolean
  /** Reports whether the process can serve. `/readyz` calls it. */
  ready: () => boolean
  /** Overrides the times of sockets and streams, for tests. */
  timings?: Partial<LiveTimings> | undefined
  /** Overrides the times of requests, for tests. */
  requestTimes?: Partial<RequestTimes> | undefined
}

/**
 * In milliseconds: for the headers of a request, for all of it, and without a byte in either direction. And the rate at
 * which a peer must read its answers.
 */
export type RequestTimes = { headersMs: number; requestMs: number; silenceMs: number; readBytesPerSecondMin: number }

export type HttpServer = {
  /** Begins to accept connections. Resolves with the port, which the system chooses for port 0. */
  listen(port: number, host: string): Promise<{ port: number }>
  /** Number of sockets, including those whose close is not finished. */
  openSockets(): number
  /** Number of upgrades that wait to be admitted. */
  waitingUpgrades(): number
  /** Number of sockets whose close has begun and is not finished. */
  closingSockets(): number
  /** Number of streams over HTTP. */
  openStreams(): number
  /** Cuts off all streams over HTTP. Clients may open them again. */
  cutStreams(): void
  /** The most bytes that are queued for one socket or stream. */
  waitingBytesMax(): number
  /** Refuses new sockets and streams, asks the open ones to move, and closes the rest. Takes a limited time. */
  drain(): Promise<void>
  /** Cuts off sockets and streams, lets running requests finish for a limited time, and stops listening. */
  close(): Promise<void>
}
