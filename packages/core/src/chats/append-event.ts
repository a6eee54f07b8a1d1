import type { Actor } from '@deskbell/contract/actor'
import type { LogEntry } from '@deskbell/contract/events'
import type { LockedChat } from '@deskbell/db/locks'
import { type ChatState, writeChatEvent } from '@deskbell/db/queries/chat-events'
import type { Tx } from '@deskbell/db/transaction'
import type { EventOf } from './chat-state.ts'

export type NewEvent = {
  chat: LockedChat
  actor: Actor
  at: Date
  /** What the chat is after it; the same as before when left out. */
  state?: ChatState
  event: EventOf<Exclude<LogEntry['kind'], 'message'>>
}

/** Takes the next place in the log for an event; needs the chat's lock. */
export async function appendEvent(
  tx: Tx,
  { chat, actor, at, state = stateOf(chat), event }: NewEvent,
): Promise<LogEntry> {
  const seq = chat.lastSeq + 1
  const data = 'data' in event ? event.data : null
  await writeChatEvent(tx, {
    event: { chatId: chat.id, seq, kind: event.kind, actorId: actor.userId, data, createdAt: at },
    rev: chat.rev + 1,
    state,
  })
  return { seq, at: at.toISOString(), actor: { id: actor.userId, name: actor.name, role: actor.role }, ...event }
}

function stateOf({ status, operatorId, closedAt, waitingSince }: ChatState): ChatState {
  return { status, operatorId, closedAt, waitingSince }
}
