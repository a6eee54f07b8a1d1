import type { ErrorCode } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import { editWindowMs } from '@deskbell/contract/limits'
import type { ChatState } from '@deskbell/db/queries/log/chat-events'
import type { MessageRow } from '@deskbell/db/queries/messages/messages'
import type { EventOf } from './chat-state.ts'

/** A stored message, read under the lock of its chat, and who changes it when. */
export type MessageState = {
  chat: Pick<ChatState, 'status'>
  message: Pick<MessageRow, 'id' | 'userId' | 'type' | 'text' | 'createdAt'>
  askerId: UserId
  at: Date
}

export type MessageDecision =
  | { outcome: 'unchanged' }
  | { outcome: 'refused'; code: Extract<ErrorCode, 'chat_closed' | 'not_editable'>; detail?: string }
  | { outcome: 'changed'; text: string; event: EventOf<'edited' | 'retracted'> }

/*
 * A repeat is decided first: a change whose answer was lost may be repeated after the close or after the window, as a
 * send may.
 */

export function decideEdit(state: MessageState, text: string): MessageDecision {
  const { message } = state
  if (isOwn(state) && message.text === text) return { outcome: 'unchanged' }
  const refused = refusal(state)
  if (refused !== null) return refused
  if (isRetracted(message)) return notEditable('The message has been retracted.')
  return { outcome: 'changed', text, event: { kind: 'edited', data: { messageId: message.id, text } } }
}

export function decideRetract(state: MessageState): MessageDecision {
  const { message } = state
  if (isOwn(state) && isRetracted(message)) return { outcome: 'unchanged' }
  return (
    refusal(state) ?? { outcome: 'changed', text: '', event: { kind: 'retracted', data: { messageId: message.id } } }
  )
}

/** No message is sent without a text and attachments, and a retracted one is of type `text`. */
function isRetracted({ type, text }: Pick<MessageRow, 'type' | 'text'>): boolean {
  return type === 'text' && text === ''
}

function isOwn({ message, askerId }: MessageState): boolean {
  return message.userId === askerId
}

function refusal(state: MessageState): MessageDecision | null {
  if (state.chat.status === 'closed') return { outcome: 'refused', code: 'chat_closed' }
  if (!isOwn(state)) return notEditable('Only its author changes a message.')
  const age = state.at.getTime() - state.message.createdAt.getTime()
  return age > editWindowMs ? notEditable('The message is too old to be changed.') : null
}

function notEditable(detail: string): MessageDecision {
  return { outcome: 'refused', code: 'not_editable', detail }
}
