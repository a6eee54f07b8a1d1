import type { AppRouter } from '@deskbell/api/router'
import type { PageOutput } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { LoginInput, LoginOutput, Role } from '@deskbell/contract/users'
import type { TRPCClient, TRPCLink } from '@trpc/client'
import type { ConnectionState } from './connection/connection-state.ts'
import type { InboxFollower } from './inbox/inbox.ts'
import type { OutboxState } from './outbox/outbox-state.ts'
import type { Store } from './store.ts'
import type { ChatFollower } from './timeline/timeline.ts'

export type SdkOptions = {
  /** Where the server is: `http://localhost:8080`. In a page: `location.origin`. */
  url: string
  /** Where the socket is, when it is elsewhere: `ws://localhost:8080`. */
  socketUrl?: string
  /** Which session is meant when a browser holds one per role. */
  role?: Role
  /** A token of an earlier `login`. */
  token?: string
  /** Who carries the session: the browser's cookie, or the token. Left out: the cookie in a page without `token`. */
  session?: 'cookie' | 'token'
  /**
   * Who is signed in, as far as the program knows: what this user wrote earlier is shown at once, without a line too.
   * It is sent when the server has said that it is so.
   */
  userId?: UserId
  /**
   * Where messages that wait are kept. Left out: in IndexedDB, so that they outlive the page, where a page has it;
   * elsewhere in memory.
   */
  outbox?: 'indexeddb' | 'memory'
  /**
   * May the tabs of one browser share one socket? Left out: in a page they do where the browser can, with the cookie as
   * the session, and `role` and `userId` given.
   */
  tabs?: boolean
  /**
   * May calls go by HTTP, and streams as server-sent events, where sockets are blocked? Left out: in a page they may.
   */
  fallback?: boolean
  /** Milliseconds to wait for the answer to a send before it counts as unconfirmed; 10,000 when left out. */
  sendTimeoutMs?: number
  fetch?: typeof fetch
  WebSocket?: typeof WebSocket
  /** A number from 0 up to, but not including, 1. */
  random?: () => number
}

export type SendOptions = {
  /** An id of the caller's own, 1–255 characters: a repeat with the same id never makes a second message. */
  clientMsgId?: string
  /** Stops the waiting. A message that has left may be stored all the same. */
  signal?: AbortSignal
}

export interface Sdk {
  /** For `@trpc/react-query` and other tRPC clients: the same socket, the same session. */
  readonly links: TRPCLink<AppRouter>[]
  /** Typed calls: `users.*` by HTTP, everything else by the socket, or by HTTP where sockets are blocked. */
  readonly client: TRPCClient<AppRouter>
  readonly connection: Store<ConnectionState>
  /** `kept` is false while messages that wait are only in memory: they end with this program. */
  readonly outbox: Store<OutboxState>
  /** Signs in; later calls and the socket use this session. */
  login(input: LoginInput): Promise<LoginOutput>
  /** Ends the session on the server and here. */
  logout(): Promise<void>
  /** `remembered`: a page of an earlier follower (`newestPage`), shown at once while what came since is loaded. */
  follow(chatId: ChatId, options?: { remembered?: PageOutput | undefined }): ChatFollower
  inbox(): InboxFollower
  /**
   * Sends a message in its turn and resolves when it is stored, however often the line breaks meanwhile.
   * Rejects with `SdkError` when it is refused for good.
   */
  send(chatId: ChatId, text: string, options?: SendOptions): Promise<Message>
  /** Ends a wait before the next attempt to connect. */
  retryNow(): void
  /** Closes the socket and ends every follower. */
  close(): void
}
