import type { Chat } from '@deskbell/contract/chats'
import type { ChatId } from '@deskbell/contract/ids'
import type { InboxCounts } from '@deskbell/contract/inbox'
import type { Store } from '../base/store.ts'

/** An immutable snapshot of the chats that are known now. */
export type InboxState = {
  /** As for a timeline: only while `live` the server has nothing newer. */
  readonly status: 'loading' | 'live' | 'catching-up' | 'failed'
  /** The newest known row of each chat. A row stays the same object until it changes. */
  readonly rows: ReadonlyMap<ChatId, Chat>
  /** Null until the server has sent them. */
  readonly counts: InboxCounts | null
  /** For clients: whether any operator is online. Null until the server has sent it, and for operators. */
  readonly operatorsOnline: boolean | null
  /** Increases when changes may have been missed: load your lists again and `put` them. */
  readonly generation: number
}

/** Follows all chats that the user may see, until `stop` is called. */
export interface InboxFollower extends Store<InboxState> {
  /**
   * Merges rows returned by `chats.list` or by another call: the higher `rev` wins, at an equal `rev` the smaller
   * `unread`.
   */
  put(rows: readonly Chat[]): void
  /** Shows rows that were stored on the device, until the server sends any row of their chats, whatever its `rev`. */
  recall(rows: readonly Chat[]): void
  stop(): void
}

/** Compares rows as the server's lists with `sort=activity` do: most recent first, then the newer chat. */
export function compareByActivity(left: Chat, right: Chat): number {
  return activityMs(right) - activityMs(left) || right.id - left.id
}

/**
 * Compares rows of an operator's inbox as the server's lists with `sort=waiting` do: longest wait first, then the
 * others by activity.
 */
export function compareByWaiting(left: Chat, right: Chat): number {
  const [leftMs, rightMs] = [waitingMs(left), waitingMs(right)]
  if (leftMs === null && rightMs === null) return compareByActivity(left, right)
  if (leftMs === null || rightMs === null) return leftMs === null ? 1 : -1
  return leftMs - rightMs || left.id - right.id
}

/** A chat without messages is placed by its creation. */
function activityMs({ lastMessageAt, createdAt }: Chat): number {
  return Date.parse(lastMessageAt ?? createdAt)
}

function waitingMs({ waitingSince }: Chat): number | null {
  return typeof waitingSince === 'string' ? Date.parse(waitingSince) : null
}
