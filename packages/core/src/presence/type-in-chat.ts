import type { Actor } from '@deskbell/contract/actor'
import { typingShowMs } from '@deskbell/contract/limits'
import type { TypingInput } from '@deskbell/contract/presence'
import { requireVisible } from '../chats/chat-policy.ts'
import type { Core } from '../context.ts'

/**
 * Tells everybody who follows the chat that the actor writes. Nothing is stored. More often than the limit, and in a
 * closed chat, it is ignored: whoever tells it at each key needs no answer to that.
 */
export async function typeInChat(core: Core, actor: Actor, { chatId }: TypingInput): Promise<void> {
  const { typing } = core
  // Of the moment of the call: a message that comes while the chat is looked up was written after it.
  const until = new Date(core.clock.now().getTime() + typingShowMs).toISOString()
  if (typing.hasTold(actor, chatId)) return
  const chat = requireVisible(actor, await typing.chat(chatId))
  // Asked again, because another call may have come first.
  if (chat.status === 'closed' || typing.hasTold(actor, chatId)) return
  typing.tell(actor, chatId)
  core.bus.publish({ t: 'typing', epoch: core.epoch(), chatId, userId: actor.userId, role: actor.role, until })
}
