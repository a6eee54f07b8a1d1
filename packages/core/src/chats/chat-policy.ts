import type { Actor } from '@deskbell/contract/actor'
import type { ClosedChatPolicy } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'

/** Only operators close, assign and give back. Asked before input and object. */
export function requireOperator(actor: Actor): void {
  if (actor.role !== 'operator') throw new AppError('forbidden')
}

/** A client reopens its chat only where the house says so. Asked before input and object. */
export function requireReopener(actor: Pick<Actor, 'role'>, closedChat: ClosedChatPolicy): void {
  if (actor.role === 'client' && closedChat !== 'reopen') throw new AppError('forbidden')
}

export function maySeeChat(actor: Pick<Actor, 'userId' | 'role'>, chat: { userId: UserId }): boolean {
  return actor.role === 'operator' || chat.userId === actor.userId
}

/** A chat that is not the actor's to see answers exactly like one that does not exist. */
export function requireVisible<C extends { userId: UserId }>(actor: Actor, chat: C | undefined): C {
  if (chat === undefined || !maySeeChat(actor, chat)) throw new AppError('not_found')
  return chat
}
