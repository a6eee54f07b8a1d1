import type { Actor } from '@deskbell/contract/actor'
import type { ChatInput, ChatOutput } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { Core } from '../context.ts'
import { maySeeChat } from '../domain/chat-policy.ts'
import { chatView } from '../domain/chat-view.ts'

/** Throws `not_found` for a chat that does not exist or that the actor may not see. */
export async function getChat(core: Core, actor: Actor, input: ChatInput): Promise<ChatOutput> {
  const row = await core.queries.chats.row(actor.userId, input.chatId)
  if (row === undefined || !maySeeChat(actor, { userId: row.client.id })) throw new AppError('not_found')
  return { chat: chatView(row, actor.role) }
}
