import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { MessageInput, MessageOutput } from '@deskbell/contract/messages'
import type { LockedChat } from '@deskbell/db/locks'
import { restoreWaiting } from '@deskbell/db/queries/chats/waiting'
import { detachFiles } from '@deskbell/db/queries/files/attachments'
import {
  emptyEditedTexts,
  type MessageContext,
  readMessageContext,
  replaceMessageText,
} from '@deskbell/db/queries/messages/message-changes'
import type { MessageRow } from '@deskbell/db/queries/messages/messages'
import type { Tx } from '@deskbell/db/transaction'
import { afterAll, appendEvent } from '../chats/changes/chat-change.ts'
import { requireVisible } from '../domain/chat-policy.ts'
import { entryTime } from '../domain/entry-time.ts'
import type { MessageDecision, MessageState } from '../domain/message-state.ts'
import { messageView } from '../domain/message-view.ts'
import { changedChatOf } from '../log/publish-chat.ts'
import type { Change, Written } from '../writer/command.ts'

/** `retractedFiles`: the ids of files that have gone with the message. */
export type ChangedMessage = MessageOutput & { retractedFiles: string[] }

type Decide = (state: MessageState) => MessageDecision

/**
 * A change of a message's text by one entry of the chat's log. The message keeps its place. Its earlier text stays in
 * the database, and no answer has it any more.
 */
export function messageChange(actor: Actor, target: MessageInput, decide: Decide): Change<ChangedMessage> {
  return {
    async read(reader) {
      const context = await readMessageContext(reader, target)
      return (tx, locked, now) => {
        const chat = requireVisible(actor, locked)
        return write(tx, { actor, chat, at: entryTime(now, chat.lastEntryAt), context, decide })
      }
    },
  }
}

type Write = { actor: Actor; chat: LockedChat; at: Date; context: MessageContext; decide: Decide }

function write(tx: Tx, { actor, chat, at, context, decide }: Write): Written<ChangedMessage> {
  const { marks, message } = context
  if (message === null) throw new AppError('not_found')
  const decision = decide({ chat, message, askerId: actor.userId, at })
  switch (decision.outcome) {
    case 'unchanged':
      return { published: null, answer: Promise.resolve({ message: messageView(message, marks), retractedFiles: [] }) }
    case 'refused':
      throw new AppError(decision.code, decision.detail === undefined ? {} : { detail: decision.detail })
    case 'changed': {
      const { entry, written } = appendEvent(tx, { chat, actor, at, event: decision.event })
      const texts = writeTexts(tx, message, { decision, seq: entry.seq })
      const changed = { ...message, text: decision.text, ...(decision.event.kind === 'retracted' && detached) }
      const answer = { message: messageView(changed, marks), retractedFiles: fileIdsOf(decision, message) }
      return {
        published: { chat: changedChatOf(chat, { rev: chat.rev + 1, lastSeq: entry.seq }), entries: [entry] },
        answer: afterAll([written, ...texts], Promise.resolve(answer)),
      }
    }
  }
}

function fileIdsOf({ event }: TextWrite['decision'], { attachments }: MessageRow): string[] {
  return event.kind === 'retracted' ? (attachments ?? []).map(({ id }) => id) : []
}

const detached = { type: 'text', attachments: null } as const

type TextWrite = { decision: Extract<MessageDecision, { outcome: 'changed' }>; seq: number }

/** Sends the writes, and does not wait for them. */
function writeTexts(tx: Tx, message: MessageRow, { decision, seq }: TextWrite): Promise<void>[] {
  const replaced = replaceMessageText(tx, { message, text: decision.text, seq })
  if (decision.event.kind !== 'retracted') return [replaced]
  // A retracted message needs no answer, and a retracted answer is none: the waiting is computed from the log again.
  const detachedFiles = message.attachments === null ? [] : [detachFiles(tx, message)]
  return [replaced, emptyEditedTexts(tx, message), ...detachedFiles, restoreWaiting(tx, message.chatId)]
}
