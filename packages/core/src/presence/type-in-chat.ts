import type { Bus } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import { typingShowMs } from '@deskbell/contract/limits'
import type { TypingInput } from '@deskbell/contract/presence'
import type { Clock } from '../clock.ts'
import { maySeeChat, requireVisible } from '../domain/chat-policy.ts'
import type { TypingMemory } from './typing-memory.ts'

/** The parts of the core that typing needs. */
export type TypingContext = {
  readonly bus: Bus
  readonly clock: Clock
  readonly typing: TypingMemory
  epoch(): string
}

/**
 * Publishes to the followers of the chat that the actor is typing. Nothing is stored. A call that comes too early after
 * the last one, or in a closed chat, is ignored without an error, because clients call this at each key.
 */
export async function typeInChat(context: TypingContext, actor: Actor, { chatId }: TypingInput): Promise<void> {
  const { bus, clock, typing } = context
  // The time of the call: a message that is sent while the chat is read ends this typing.
  const until = new Date(clock.now().getTime() + typingShowMs).toISOString()
  if (typing.hasPublished(actor, chatId)) return
  const known = await typing.chat(chatId)
  const isVisible = known !== undefined && maySeeChat(actor, known)
  const chat = requireVisible(actor, isVisible ? known : await typing.readChat(chatId))
  // Checked again, because another call may have published during the read.
  if (chat.status === 'closed' || typing.hasPublished(actor, chatId)) return
  typing.markPublished(actor, chatId)
  bus.publish({ t: 'typing', epoch: context.epoch(), chatId, userId: actor.userId, role: actor.role, until })
}
