import type { AuthMode, Core, Log } from '@deskbell/core/context'
import type { LiveTimings } from '../live/live-timings.ts'

/** What this process answers. `api`: REST and tRPC over HTTP. `live`: the socket. `pages`: the web app. */
export type HttpRoles = { api: boolean; live: boolean; pages: boolean }

export type HttpOptions = {
  core: Core
  log: Log
  roles: HttpRoles
  /** The built web app; null when there is none. */
  pagesDir: string | null
  authMode: AuthMode
  /** Where people reach this server, when it is not where it listens. */
  publicUrl?: string | undefined
  /** Whole origins, such as `https://shop.example`, beside our own. */
  allowedOrigins: readonly string[]
  /** Names that are answered in open mode beside loopback and the one of `publicUrl`. */
  allowedHosts: readonly string[]
  rateLimits: boolean
  /** Believe `X-Forwarded-For` and `-Proto` of a proxy on loopback or in a private network. */
  trustProxy: boolean
  /** Can it serve? Asked by `/readyz`. */
  ready: () => boolean
  /** Other times for the socket, for tests. */
  timings?: Partial<LiveTimings> | undefined
}

export type HttpServer = {
  listen(port: number, host: string): Promise<{ port: number }>
  openSockets(): number
  /** Those of them that the server has begun to close. */
  closingSockets(): number
  /** Streams over HTTP. */
  openStreams(): number
  /** Breaks them off; they may come back. */
  cutStreams(): void
  /** What waits for the slowest socket or stream, in bytes. */
  waitingBytesMax(): number
  /** Takes no new sockets, asks the open ones to move, and ends the rest. Bounded. */
  drain(): Promise<void>
  /** Ends everything that is left. */
  close(): Promise<void>
}
