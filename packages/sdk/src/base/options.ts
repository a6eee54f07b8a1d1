import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'

/** Which session a program uses, and what carries it. */
export type SessionOptions = {
  /** Selects the session when a browser holds one per role. */
  role?: Role
  /** A token returned by an earlier `login`. */
  token?: string
  /**
   * What carries the session: the browser's cookie, or the token. Default: the cookie in a page without `token`, else
   * the token.
   */
  session?: 'cookie' | 'token'
  /**
   * The user whom the program expects to be signed in. Messages that this user wrote earlier are shown at once, even
   * without a connection. They are sent once the server has confirmed the user.
   */
  userId?: UserId
}

/** A class compatible with the browser's `WebSocket`. */
export type SocketClass = new (address: string | URL, protocols?: string | string[]) => object

/** The server's address, the session, and what the program provides itself. */
export type SdkOptions = SessionOptions & {
  /** The address of the server: `http://localhost:8080`. In a page: `location.origin`. */
  url: string
  /** The address of the socket, if it differs: `ws://localhost:8080`. */
  socketUrl?: string
  /**
   * Where queued messages are stored. Default: in IndexedDB, so that they outlive the page, if a page has it; otherwise
   * in memory.
   */
  outbox?: 'indexeddb' | 'memory'
  /**
   * Whether the tabs of one browser share one socket. Default: yes. They do so in a page whose browser supports it, if
   * the cookie carries the session, and `role` and the user are known.
   */
  tabs?: boolean
  /** Whether calls use HTTP, and streams server-sent events, where sockets are blocked. Default: yes in a page. */
  fallback?: boolean
  /**
   * Milliseconds after which a send without an answer is repeated, and a message that cannot be sent is `unconfirmed`;
   * 10,000 by default.
   */
  sendTimeoutMs?: number
  /**
   * Returns a token of the own site that says who its client is (`signIdentity`). Called at the start, and again before
   * the session ends, until `logout`, `login` or `close`. Calls, streams and messages wait until the client is identified.
   * While it rejects or the server is away, it is called again.
   */
  identity?: () => string | Promise<string>
  fetch?: typeof fetch
  /** A class like the browser's, such as that of the package `ws`. Required where there is none, as in Node 20. */
  WebSocket?: SocketClass
  /** Returns a number from 0 up to, but not including, 1. */
  random?: () => number
}

/** A file of a message, of at most 25 MiB. */
export type FileToSend = {
  readonly file: Blob
  /** Default: that of the file, where it has one. */
  readonly name?: string
  /** What an image shows, for those who do not see it: at most 500 characters. */
  readonly alt?: string | undefined
}

/** Options of one send. */
export type SendOptions = {
  /** An id chosen by the caller, 1–255 characters: a repeat with the same id never creates a second message. */
  clientMsgId?: string
  /** The files of the message, at most ten. The text may be empty then. */
  files?: readonly FileToSend[]
  /** Stops waiting for the outcome. A message that was already sent may still be stored. */
  signal?: AbortSignal
}
