import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { MessageInput, MessageOutput } from '@deskbell/contract/messages'
import { type LockedChat, lockChat } from '@deskbell/db/locks'
import { emptyEditedTexts, readMessageContext, replaceMessageText } from '@deskbell/db/queries/message-changes'
import type { MessageRow } from '@deskbell/db/queries/messages'
import { restoreWaiting } from '@deskbell/db/queries/waiting'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import { appendEvent } from '../chats/append-event.ts'
import { requireVisible } from '../chats/chat-policy.ts'
import type { Core } from '../context.ts'
import { entryTime } from '../events/entry-time.ts'
import { headOf, publishChat } from '../events/publish-chat.ts'
import type { MessageDecision, MessageState } from './message-state.ts'
import { messageView } from './message-view.ts'

export type MessageChange = MessageInput & { decide(state: MessageState): MessageDecision }

/**
 * Changes what a message says, by one entry of its chat's log: lock, decide, write, commit, tell.
 * The message keeps its place; what it said before stays in the database and leaves every answer.
 */
export async function changeMessage(core: Core, actor: Actor, change: MessageChange): Promise<MessageOutput> {
  const { chat, entry, message } = await inTransaction(core.db, (tx) => changeUnderLock(tx, actor, change))
  if (entry !== null) publishChat(core, headOf(chat, { rev: chat.rev + 1, lastSeq: entry.seq }), [entry])
  return { message }
}

type Changed = { chat: LockedChat; entry: LogEntry | null; message: MessageOutput['message'] }

async function changeUnderLock(tx: Tx, actor: Actor, change: MessageChange): Promise<Changed> {
  const chat = requireVisible(actor, await lockChat(tx, change.chatId))
  const { now, marks, message } = await readMessageContext(tx, change)
  if (message === null) throw new AppError('not_found')
  const at = entryTime(now, chat.lastEntryAt)
  const decision = change.decide({ chat, message, askerId: actor.userId, at })
  switch (decision.outcome) {
    case 'unchanged':
      return { chat, entry: null, message: messageView(message, marks) }
    case 'refused':
      throw new AppError(decision.code, decision.detail === undefined ? {} : { detail: decision.detail })
    case 'changed': {
      const entry = await appendEvent(tx, { chat, actor, at, event: decision.event })
      await writeText(tx, message, { decision, seq: entry.seq })
      return { chat, entry, message: messageView({ ...message, text: decision.text }, marks) }
    }
  }
}

type Write = { decision: Extract<MessageDecision, { outcome: 'changed' }>; seq: number }

async function writeText(tx: Tx, message: MessageRow, { decision, seq }: Write): Promise<void> {
  await replaceMessageText(tx, { message, text: decision.text, seq })
  if (decision.event.kind !== 'retracted') return
  await emptyEditedTexts(tx, message)
  // A retracted message waits for no answer, and a retracted answer is none.
  await restoreWaiting(tx, message.chatId)
}
