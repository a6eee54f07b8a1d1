import type { Actor } from '@deskbell/contract/actor'
import type { ChatOutput, CloseChatInput } from '@deskbell/contract/chats'
import { hasMessageAfter } from '@deskbell/db/queries/messages/message-changes'
import type { Core } from '../../context.ts'
import { requireOperator } from '../../domain/chat-policy.ts'
import { decideClose } from '../../domain/chat-state.ts'
import { chatChangeAfter } from './chat-change.ts'

/** Closes a chat; closing it again changes nothing. Throws `newer_messages` if the client wrote after `ifSeq`. */
export async function closeChat(core: Core, actor: Actor, input: CloseChatInput): Promise<ChatOutput> {
  requireOperator(actor)
  const { chatId, ifSeq } = input
  const change = chatChangeAfter(actor, async (tx) => {
    const hasNewer = ifSeq !== undefined && (await hasMessageAfter(tx, { chatId, direction: 'in', seq: ifSeq }))
    return (chat, at) => decideClose(chat, at, hasNewer)
  })
  return core.writer.change(actor, chatId, change)
}
