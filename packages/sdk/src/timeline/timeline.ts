import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry, PageOutput } from '@deskbell/contract/events'
import type { MessageId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { SendOptions } from '../base/options.ts'
import type { Store } from '../base/store.ts'
import type { PendingMessage } from '../outbox/pending-message.ts'

/** An immutable snapshot of a chat, as it is known now. */
export type Timeline = {
  /**
   * `loading`: nothing is known yet. `live`: everything the server has is here.
   * `catching-up`: the entries are valid, but newer ones may exist. `failed`: see `error`; it is not retried.
   */
  readonly status: 'loading' | 'live' | 'catching-up' | 'failed'
  readonly error: ErrorCode | null
  /**
   * Ascending by `seq`, without gaps. An entry stays the same object until its content changes: a message has its
   * newest text, and a retracted one, with its edits, an empty text.
   */
  readonly entries: readonly LogEntry[]
  /** The edits and retractions among the entries. They name the messages that were changed. */
  readonly edits: readonly LogEntry[]
  /** Own messages that are not among the entries yet, in the order of sending. */
  readonly pending: readonly PendingMessage[]
  /** Older entries exist; `loadOlder` loads them. */
  readonly hasMore: boolean
  readonly loadingOlder: boolean
  /** The highest `seq` that each side has read; 0 for none. */
  readonly read: { readonly client: number; readonly operator: number }
  /** The highest `seq` that a device of each side has received; never below `read`. */
  readonly delivered: { readonly client: number; readonly operator: number }
  /** Who is typing now; never the own user. */
  readonly typing: readonly { readonly userId: UserId; readonly role: Role }[]
  /**
   * For operators: whether the client is online, or when it was last seen. Null until the server has sent it, and for
   * clients.
   */
  readonly presence: { readonly online: boolean; readonly seenAt: string | null } | null
  /** `unknown` when the loaded entries do not say. */
  readonly chatStatus: 'open' | 'closed' | 'unknown'
}

/** Follows one chat until `stop` is called. The server keeps sending until then. */
export interface ChatFollower extends Store<Timeline> {
  /**
   * Loads one more page of older entries, with as many attempts as it takes. Resolves when it is loaded, or cannot be.
   * Does nothing when there is none.
   */
  loadOlder(): Promise<void>
  /**
   * Shows the message at once among `pending` and sends it, in order, until its outcome is known. When this returns, it
   * is stored on the device: a page may discard its draft, and die. `sdk.outbox` reports when that does not hold. The
   * same `clientMsgId` again returns the message that is already queued.
   *
   * A message with files waits until they are on the server, in the order of such messages; the others overtake it. It
   * says whether its files are stored on the device. Throws `SdkError`: more than ten (`invalid_input`), `too_large`.
   */
  send(text: string, options?: Pick<SendOptions, 'clientMsgId' | 'files'>): PendingMessage
  /** Sends a failed message again, with its own id, after those that are already queued. */
  retry(clientMsgId: string): void
  /** Sends a held message after all, in its old place. */
  release(clientMsgId: string): void
  /** Removes a failed or held message, or one that waits for its files. */
  discard(clientMsgId: string): void
  /** Reports that everything up to `seq` was read. At most one call a second is made, and the mark never goes back. */
  markRead(seq: number): void
  /** Call it at each keystroke: the others in the chat are notified from time to time. */
  typing(): void
  /** Changes the text of an own message of the last five minutes. Rejects with `SdkError`; safe to repeat. */
  edit(messageId: MessageId, text: string): Promise<void>
  /**
   * Retracts an own message of the last five minutes, and its text everywhere. Rejects with `SdkError`; safe to repeat.
   */
  retract(messageId: MessageId): Promise<void>
  /**
   * Returns the newest entries, at most `limit`, as a page to store on the device and to pass to `follow` later. Null
   * while nothing has been loaded, and after a failure.
   */
  newestPage(limit: number): PageOutput | null
  /** Closes the stream. Queued messages are sent all the same. */
  stop(): void
}
