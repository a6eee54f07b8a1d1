import type { Chat } from '@deskbell/contract/chats'
import type { ChatId } from '@deskbell/contract/ids'
import type { InboxCounts } from '@deskbell/contract/inbox'
import type { Store } from '../store.ts'

/** The chats that are known at this moment: an immutable picture. */
export type InboxState = {
  /** As for a timeline: only while `live` nothing newer exists on the server. */
  readonly status: 'loading' | 'live' | 'catching-up' | 'failed'
  /** The newest known row of each chat. A row stays the same object until it changes. */
  readonly rows: ReadonlyMap<ChatId, Chat>
  /** Null until the server has told them. */
  readonly counts: InboxCounts | null
  /** For clients: is any operator here to answer? Null until the server has told, and for operators. */
  readonly operatorsOnline: boolean | null
  /** Rises when changes may have been missed: load your lists again and `put` them. */
  readonly generation: number
}

/** Follows all chats that the asker may see, until `stop` is called. */
export interface InboxFollower extends Store<InboxState> {
  /** Merges rows loaded by `chats.list` or answered by a call: a newer `rev` wins, at an equal `rev` the smaller `unread`. */
  put(rows: readonly Chat[]): void
  /** Shows rows that were kept on the device until any word of the server replaces them, whatever its `rev`. */
  recall(rows: readonly Chat[]): void
  stop(): void
}
