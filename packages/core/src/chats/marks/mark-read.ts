import type { Actor } from '@deskbell/contract/actor'
import type { MarkReadInput } from '@deskbell/contract/chats'
import { raiseMark } from '@deskbell/db/queries/chats/marks'
import type { Core } from '../../context.ts'
import { requireVisible } from '../../domain/chat-policy.ts'

/** Raises the actor's read mark, never past the end of the log and never back. Takes no lock on the chat. */
export async function markRead(core: Core, actor: Actor, input: MarkReadInput): Promise<void> {
  const chat = requireVisible(actor, await core.queries.chats.access(input.chatId))
  const seq = Math.min(input.seq, chat.lastSeq)
  if (seq === 0) return
  const mark = await raiseMark(core.db.orm, { chatId: chat.id, actor, seq })
  if (mark === undefined) return
  core.readStatus.follow(chat.id, actor.role)
  core.bus.publish({
    t: 'mark',
    epoch: core.epoch(),
    chatId: chat.id,
    clientId: chat.userId,
    userId: actor.userId,
    role: actor.role,
    ...mark,
  })
}
