import type { Actor } from '@deskbell/contract/actor'
import type { ChatInput, ChatOutput } from '@deskbell/contract/chats'
import type { Core } from '../../context.ts'
import { requireReopener } from '../../domain/chat-policy.ts'
import { decideReopen } from '../../domain/chat-state.ts'
import { chatChange } from './chat-change.ts'
import { returnIfInactive } from './return-chats.ts'

/**
 * Reopens a closed chat with the operator it had, or with none if nobody can act as that one any more. Reopening an open
 * chat changes nothing.
 */
export async function reopenChat(core: Core, actor: Actor, { chatId }: ChatInput): Promise<ChatOutput> {
  requireReopener(actor, core.closedChat)
  const reopened = await core.writer.change(actor, chatId, chatChange(actor, decideReopen))
  return await returnIfInactive(core, actor, reopened)
}
