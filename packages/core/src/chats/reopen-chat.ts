import type { Actor } from '@deskbell/contract/actor'
import type { ChatInput, ChatOutput } from '@deskbell/contract/chats'
import type { Core } from '../context.ts'
import { changeChat } from './change-chat.ts'
import { requireReopener } from './chat-policy.ts'
import { decideReopen } from './chat-state.ts'

/** Opens a closed chat again, with the operator it had; reopening an open one changes nothing. */
export async function reopenChat(core: Core, actor: Actor, input: ChatInput): Promise<ChatOutput> {
  requireReopener(actor, core.closedChat)
  return changeChat(core, actor, { chatId: input.chatId, decide: decideReopen })
}
