import type { Actor } from '@deskbell/contract/actor'
import type { ChatOutput } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { LockedChat } from '@deskbell/db/locks'
import { readChatRow } from '@deskbell/db/queries/chats/chats'
import { restoreWaiting } from '@deskbell/db/queries/chats/waiting'
import { type ChatState, writeChatEvent } from '@deskbell/db/queries/log/chat-events'
import type { Tx } from '@deskbell/db/transaction'
import { requireVisible } from '../../domain/chat-policy.ts'
import type { ChatDecision, EventOf } from '../../domain/chat-state.ts'
import { chatView } from '../../domain/chat-view.ts'
import { entryTime } from '../../domain/entry-time.ts'
import { authorOf } from '../../domain/user-view.ts'
import { changedChatOf } from '../../log/publish-chat.ts'
import type { Change, Written } from '../../writer/command.ts'

/** Decides from the locked chat. `at`: the time of the new entry, which is never before that of the last one. */
type Decide = (chat: LockedChat, at: Date) => ChatDecision

/** A change by one entry of the chat's log, decided from the locked chat. If nothing changes, it writes nothing. */
export function chatChange(actor: Actor, decide: Decide): Change<ChatOutput> {
  return chatChangeAfter(actor, async () => decide)
}

/** The same for a decision that needs more than the chat. `read` reads it under the lock. */
export function chatChangeAfter(actor: Actor, read: (tx: Tx) => Promise<Decide>): Change<ChatOutput> {
  return {
    async read(reader) {
      const decide = await read(reader)
      return (tx, locked, now) => {
        const chat = requireVisible(actor, locked)
        const at = entryTime(now, chat.lastEntryAt)
        return write(tx, { chat, actor, at, decision: decide(chat, at) })
      }
    },
  }
}

type Write = { chat: LockedChat; actor: Actor; at: Date; decision: ChatDecision }

function write(tx: Tx, { chat, actor, at, decision }: Write): Written<ChatOutput> {
  switch (decision.outcome) {
    case 'unchanged':
      return { published: null, answer: readChat(tx, actor, chat) }
    case 'refused':
      throw new AppError(decision.code)
    case 'changed': {
      const { state, event } = decision
      const { entry, written } = appendEvent(tx, { chat, actor, at, state, event })
      const restored = entry.kind === 'reopened' ? restoreWaiting(tx, chat.id) : undefined
      const head = changedChatOf({ ...chat, operatorId: state.operatorId }, { rev: chat.rev + 1, lastSeq: entry.seq })
      return {
        published: { chat: head, entries: [entry] },
        answer: afterAll([written, restored], readChat(tx, actor, chat)),
      }
    }
  }
}

/** The chat after the writes of this transaction, as the actor sees it. */
export async function readChat(tx: Tx, actor: Actor, { id }: Pick<LockedChat, 'id'>): Promise<ChatOutput> {
  return { chat: chatView(await readChatRow(tx, actor.userId, id), actor.role) }
}

/** Resolves with `answer` when all statements in `sent` have succeeded. Rejects when one of them failed. */
export async function afterAll<T>(sent: readonly (Promise<unknown> | undefined)[], answer: Promise<T>): Promise<T> {
  const [last] = await Promise.all([answer, ...sent])
  return last
}

export type NewEvent = {
  chat: LockedChat
  actor: Actor
  at: Date
  /** The chat after the event. Default: as it is. */
  state?: ChatState
  event: EventOf<Exclude<LogEntry['kind'], 'message'>>
}

/** Writes an event at the next place of the log. Needs the chat's lock. `written`: the statement has succeeded. */
export function appendEvent(
  tx: Tx,
  { chat, actor, at, state = stateOf(chat), event }: NewEvent,
): { entry: LogEntry; written: Promise<void> } {
  const seq = chat.lastSeq + 1
  const data = 'data' in event ? event.data : null
  const written = writeChatEvent(tx, {
    event: { chatId: chat.id, seq, kind: event.kind, actorId: actor.userId, data, createdAt: at },
    rev: chat.rev + 1,
    state,
  })
  return { entry: { seq, at: at.toISOString(), actor: authorOf(actor), ...event }, written }
}

function stateOf({ status, operatorId, closedAt, waitingSince }: ChatState): ChatState {
  return { status, operatorId, closedAt, waitingSince }
}
