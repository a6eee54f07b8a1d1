import type { Actor } from '@deskbell/contract/actor'
import type { MessageInput, MessageOutput } from '@deskbell/contract/messages'
import type { Core } from '../context.ts'
import { decideRetract } from '../domain/message-state.ts'
import { messageChange } from './message-change.ts'

/** Retracts an own message: it keeps its place and loses its text and its files. Retracting again changes nothing. */
export async function retractMessage(core: Core, actor: Actor, input: MessageInput): Promise<MessageOutput> {
  const { retractedFiles, message } = await core.writer.change(
    actor,
    input.chatId,
    messageChange(actor, input, decideRetract),
  )
  core.files.discard(retractedFiles)
  return { message }
}
