import type { Actor } from '@deskbell/contract/actor'
import type { ChatInput, ChatOutput } from '@deskbell/contract/chats'
import type { Core } from '../context.ts'
import { changeChat } from './change-chat.ts'
import { requireOperator } from './chat-policy.ts'
import { decideClose } from './chat-state.ts'

/** Closes a chat; closing a closed one changes nothing. */
export async function closeChat(core: Core, actor: Actor, input: ChatInput): Promise<ChatOutput> {
  requireOperator(actor)
  return changeChat(core, actor, { chatId: input.chatId, decide: decideClose })
}
