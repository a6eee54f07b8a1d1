import type { Actor } from '@deskbell/contract/actor'
import type { ChatInput, ChatOutput } from '@deskbell/contract/chats'
import type { Core } from '../../context.ts'
import { requireOperator } from '../../domain/chat-policy.ts'
import { decideRelease } from '../../domain/chat-state.ts'
import { chatChange } from './chat-change.ts'

/** Releases an own open chat, so that it has no operator. Releasing a chat without an operator changes nothing. */
export async function releaseChat(core: Core, actor: Actor, { chatId }: ChatInput): Promise<ChatOutput> {
  requireOperator(actor)
  const change = chatChange(actor, (chat) => decideRelease(chat, actor.userId))
  return core.writer.change(actor, chatId, change)
}
