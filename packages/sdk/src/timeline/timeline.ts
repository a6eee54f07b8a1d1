import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry, PageOutput } from '@deskbell/contract/events'
import type { MessageId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { PendingMessage } from '../outbox/pending-message.ts'
import type { Store } from '../store.ts'

/** A chat as it is known at this moment: an immutable picture. */
export type Timeline = {
  /**
   * `loading`: nothing is known yet. `live`: everything the server has is here.
   * `catching-up`: the entries are good, but newer ones may exist. `failed`: see `error`; it does not come back by itself.
   */
  readonly status: 'loading' | 'live' | 'catching-up' | 'failed'
  readonly error: ErrorCode | null
  /**
   * Ascending by `seq`, without gaps. An entry stays the same object until it says something else: a message has its
   * newest text, and a retracted one, with its edits, an empty text.
   */
  readonly entries: readonly LogEntry[]
  /** The edits and retractions among the entries: an edited message is one that they name. */
  readonly changes: readonly LogEntry[]
  /** Own messages that are not among the entries yet, in the order in which they were sent. */
  readonly pending: readonly PendingMessage[]
  /** Older entries exist: `loadOlder`. */
  readonly hasMore: boolean
  readonly loadingOlder: boolean
  /** The highest `seq` that each side has read; 0 for none. */
  readonly read: { readonly client: number; readonly operator: number }
  /** The highest `seq` that a device of each side has got; never below `read`. */
  readonly delivered: { readonly client: number; readonly operator: number }
  /** Who writes at this moment; never oneself. */
  readonly typing: readonly { readonly userId: UserId; readonly role: Role }[]
  /** For operators: is the client here, and since when not. Null until the server has told, and for clients. */
  readonly presence: { readonly online: boolean; readonly seenAt: string | null } | null
  /** `unknown` when the loaded entries do not tell. */
  readonly chatStatus: 'open' | 'closed' | 'unknown'
}

/** Follows one chat until `stop` is called. Call `stop`, or the server keeps sending. */
export interface ChatFollower extends Store<Timeline> {
  /**
   * Loads one more page of older entries, however often that takes; resolves when it is here, or cannot be had.
   * Does nothing when there is none.
   */
  loadOlder(): Promise<void>
  /**
   * Shows the message at once among `pending` and sends it, in order, until its outcome is known.
   * When this returns, it is kept: a page may forget its draft, and die. `sdk.outbox` tells when that does not hold.
   * The same `clientMsgId` again returns the message that is already waiting.
   */
  send(text: string, options?: { clientMsgId?: string }): PendingMessage
  /** Sends a failed message again, with its own id, after those that wait already. */
  retry(clientMsgId: string): void
  /** Sends a held message after all, in its old place. */
  release(clientMsgId: string): void
  /** Forgets a failed or held message. */
  discard(clientMsgId: string): void
  /** Tells that everything up to `seq` was read. At most one call a second leaves, and the mark never goes back. */
  markRead(seq: number): void
  /** To be called at each keystroke: the others of the chat are told now and then. */
  typing(): void
  /** Changes the text of an own message of the last five minutes. Rejects with `SdkError`; safe to repeat. */
  edit(messageId: MessageId, text: string): Promise<void>
  /** Takes back an own message of the last five minutes, its text everywhere. Rejects with `SdkError`; safe to repeat. */
  retract(messageId: MessageId): Promise<void>
  /**
   * The newest entries, at most `limit`, as a page to keep on the device and to give to `follow` later.
   * Null while nothing has been loaded, and after a failure.
   */
  newestPage(limit: number): PageOutput | null
  /** Ends the stream. Messages that wait are sent all the same. */
  stop(): void
}
