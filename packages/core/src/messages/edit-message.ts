import type { Actor } from '@deskbell/contract/actor'
import type { EditMessageInput, MessageOutput } from '@deskbell/contract/messages'
import type { Core } from '../context.ts'
import { decideEdit } from '../domain/message-state.ts'
import { messageChange } from './message-change.ts'

/** Changes the text of an own message. The same text again changes nothing. */
export async function editMessage(core: Core, actor: Actor, input: EditMessageInput): Promise<MessageOutput> {
  const change = messageChange(actor, input, (state) => decideEdit(state, input.text))
  const { message } = await core.writer.change(actor, input.chatId, change)
  return { message }
}
