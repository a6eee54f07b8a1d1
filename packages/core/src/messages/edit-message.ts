import type { Actor } from '@deskbell/contract/actor'
import type { EditMessageInput, MessageOutput } from '@deskbell/contract/messages'
import type { Core } from '../context.ts'
import { changeMessage } from './change-message.ts'
import { decideEdit } from './message-state.ts'

/** Gives an own message another text; the same text again changes nothing. */
export async function editMessage(core: Core, actor: Actor, input: EditMessageInput): Promise<MessageOutput> {
  const { chatId, messageId, text } = input
  return changeMessage(core, actor, { chatId, messageId, decide: (state) => decideEdit(state, text) })
}
