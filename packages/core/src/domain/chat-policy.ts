import type { Actor } from '@deskbell/contract/actor'
import type { ClosedChatPolicy } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'

/** Throws `forbidden` for a client. Call it before anything is read, so that the answer does not depend on the chat. */
export function requireOperator(actor: Actor): void {
  if (actor.role !== 'operator') throw new AppError('forbidden')
}

/** Throws `forbidden` for a client, unless the server lets clients reopen. Call it before anything is read. */
export function requireReopener(actor: Pick<Actor, 'role'>, closedChat: ClosedChatPolicy): void {
  if (actor.role === 'client' && closedChat !== 'reopen') throw new AppError('forbidden')
}

export function maySeeChat(actor: Pick<Actor, 'userId' | 'role'>, chat: { userId: UserId }): boolean {
  return actor.role === 'operator' || chat.userId === actor.userId
}

/** Throws `not_found` for a chat that the actor may not see, exactly as for one that does not exist. */
export function requireVisible<C extends { userId: UserId }>(actor: Actor, chat: C | undefined): C {
  if (chat === undefined || !maySeeChat(actor, chat)) throw new AppError('not_found')
  return chat
}
