import type { Actor } from '@deskbell/contract/actor'
import type { MarkDeliveredInput } from '@deskbell/contract/chats'
import type { Core } from '../../context.ts'
import { requireVisible } from '../../domain/chat-policy.ts'

/**
 * A device of the actor has the log up to `seq`. Raises only the delivered mark, never past the end of the log and
 * never back. Frequent calls are merged without a query, and written once a second.
 */
export async function markDelivered(core: Core, actor: Actor, input: MarkDeliveredInput): Promise<void> {
  const delivery = { chatId: input.chatId, userId: actor.userId, role: actor.role, seq: input.seq }
  if (core.delivered.merge(delivery)) return
  const chat = requireVisible(actor, await core.queries.chats.summary(input.chatId))
  if (input.seq > 0) await core.delivered.write({ ...delivery, clientId: chat.userId })
}
