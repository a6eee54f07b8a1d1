import type { Actor } from '@deskbell/contract/actor'
import type { ChatInput, ChatOutput } from '@deskbell/contract/chats'
import type { Core } from '../context.ts'
import { changeChat } from './change-chat.ts'
import { requireOperator } from './chat-policy.ts'
import { decideRelease } from './chat-state.ts'

/** Gives an own open chat back, so that it has no operator. */
export async function releaseChat(core: Core, actor: Actor, input: ChatInput): Promise<ChatOutput> {
  requireOperator(actor)
  return changeChat(core, actor, {
    chatId: input.chatId,
    decide: (chat) => decideRelease(chat, actor.userId),
  })
}
