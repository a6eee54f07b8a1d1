import type { AppRouter } from '@deskbell/api/router'
import type { PageOutput } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { LoginInput, LoginOutput, User } from '@deskbell/contract/users'
import type { TRPCClient, TRPCLink } from '@trpc/client'
import type { SendOptions } from './base/options.ts'
import type { Store } from './base/store.ts'
import type { SessionState } from './connection/session.ts'
import type { UploadOptions } from './files/upload-file.ts'
import type { InboxFollower } from './inbox/inbox.ts'
import type { OutboxState } from './outbox/pending-message.ts'
import type { ConnectionState } from './socket/connection-state.ts'
import type { ChatFollower } from './timeline/timeline.ts'

/** Connects one program to one server, as one user at a time. */
export interface Sdk {
  /** For `@trpc/react-query` and other tRPC clients: they use the same socket and session. */
  readonly links: TRPCLink<AppRouter>[]
  /** Typed calls: `users.*` and `auth.*` by HTTP, everything else by the socket, or by HTTP where sockets are blocked. */
  readonly api: TRPCClient<AppRouter>
  readonly connection: Store<ConnectionState>
  /** Who is signed in. The server is asked when the first listener subscribes. */
  readonly session: Store<SessionState>
  /** `kept` is false while queued messages are only in memory: they end with this program. */
  readonly outbox: Store<OutboxState>
  /** Signs in; later calls and the socket use this session. Rejects when it is refused: see `errorCode`. */
  login(input: LoginInput): Promise<LoginOutput>
  /** Ends the session on the server and here. Rejects, and keeps it here, when the server does not answer. */
  logout(): Promise<void>
  /**
   * Follows a chat. `remembered`, a page of an earlier follower (`newestPage`), is shown at once while newer entries
   * are loaded.
   */
  follow(chatId: ChatId, options?: { remembered?: PageOutput | undefined }): ChatFollower
  inbox(): InboxFollower
  /**
   * Sends a message in order and resolves when it is stored, however often the connection breaks meanwhile. Rejects
   * with `SdkError` when it is refused for good or the session ends, or with the signal's reason. Its files are uploaded
   * first; messages without files overtake it.
   */
  send(chatId: ChatId, text: string, options?: SendOptions): Promise<Message>
  /**
   * Uploads a file of at most 25 MiB to a chat in which the user may write, and resolves with its id for `uploadIds` of
   * `api.messages.send`. However often the connection breaks, it goes on where it ended. Rejects with `SdkError` when the
   * file is refused (`too_large`, `unsupported_file`, `quota_exceeded`, `chat_closed`, …), or with the signal's reason.
   */
  upload(chatId: ChatId, file: Blob, options?: UploadOptions): Promise<string>
  /**
   * Replaces the picture of the signed-in operator by the middle of an image of at most 5 MiB, or takes it away with
   * `null`. Rejects with `SdkError` (`too_large`, `unsupported_file`, …), and then the picture of before stays.
   */
  setAvatar(image: Blob | null): Promise<User>
  /** Ends the wait before the next attempt to connect. */
  retryNow(): void
  /** Closes the socket, ends every follower, and rejects waiting sends. */
  close(): void
}
