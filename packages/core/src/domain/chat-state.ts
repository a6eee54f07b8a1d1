import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { UserId } from '@deskbell/contract/ids'
import type { ChatState } from '@deskbell/db/queries/log/chat-events'

/*
 * Decides changes of a chat from its locked row. A close may also depend on newer messages.
 *
 *            assign, release                  assign, release: refused
 *           ┌───────────┐                    close: unchanged
 *   ──────▶ open ───────┘── close ──▶ closed
 *            ▲ reopen: unchanged        │
 *            └───────── reopen ─────────┘
 */

export type Operator = { id: UserId; name: string }
/** An entry of the log without its place, its time and its author. */
export type EventOf<K> = K extends LogEntry['kind']
  ? Omit<Extract<LogEntry, { kind: K }>, 'seq' | 'at' | 'actor'>
  : never

export type ChatDecision =
  | { outcome: 'unchanged' }
  | { outcome: 'refused'; code: ErrorCode }
  | { outcome: 'changed'; state: ChatState; event: EventOf<'assigned' | 'closed' | 'reopened'> }

/** `hasNewer`: the client has written after the place up to which the caller has read. */
export function decideClose(chat: ChatState, now: Date, hasNewer = false): ChatDecision {
  if (chat.status === 'closed') return { outcome: 'unchanged' }
  if (hasNewer) return { outcome: 'refused', code: 'newer_messages' }
  return {
    outcome: 'changed',
    state: { status: 'closed', operatorId: chat.operatorId, closedAt: now, waitingSince: null },
    event: { kind: 'closed' },
  }
}

/** The chat keeps the operator it had. Whether its client waits is computed from the log afterwards. */
export function decideReopen(chat: ChatState): ChatDecision {
  if (chat.status === 'open') return { outcome: 'unchanged' }
  return {
    outcome: 'changed',
    state: { status: 'open', operatorId: chat.operatorId, closedAt: null, waitingSince: null },
    event: { kind: 'reopened' },
  }
}

/** An assigned chat keeps its operator unless the caller sets `takeOver`. */
export function decideAssign(chat: ChatState, operator: Operator, takeOver: boolean): ChatDecision {
  if (chat.status === 'closed') return { outcome: 'refused', code: 'chat_closed' }
  if (chat.operatorId === operator.id) return { outcome: 'unchanged' }
  if (chat.operatorId !== null && !takeOver) return { outcome: 'refused', code: 'already_assigned' }
  return assigned(chat, operator)
}

/** Only the operator of a chat may release it. */
export function decideRelease(chat: ChatState, askerId: UserId): ChatDecision {
  if (chat.status === 'closed') return { outcome: 'refused', code: 'chat_closed' }
  if (chat.operatorId === null) return { outcome: 'unchanged' }
  if (chat.operatorId !== askerId) return { outcome: 'refused', code: 'already_assigned' }
  return assigned(chat, null)
}

/** Takes a chat from an operator who is gone. A chat that is not this operator's any more stays as it is. */
export function decideReturn(chat: ChatState, operatorId: UserId): ChatDecision {
  if (chat.status === 'closed' || chat.operatorId !== operatorId) return { outcome: 'unchanged' }
  return assigned(chat, null)
}

function assigned({ status, closedAt, waitingSince }: ChatState, operator: Operator | null): ChatDecision {
  return {
    outcome: 'changed',
    state: { status, operatorId: operator?.id ?? null, closedAt, waitingSince },
    event: { kind: 'assigned', data: { operator: operator && { id: operator.id, name: operator.name } } },
  }
}
