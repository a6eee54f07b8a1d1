import type { Actor } from '@deskbell/contract/actor'
import type { AssignOperatorInput, ChatOutput } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import type { Core } from '../../context.ts'
import { requireOperator } from '../../domain/chat-policy.ts'
import { decideAssign, type Operator } from '../../domain/chat-state.ts'
import { chatChange } from './chat-change.ts'
import { isActive, returnIfInactive } from './return-chats.ts'

/**
 * Assigns an open chat to an operator, by default to the actor. Of concurrent calls the first to get the lock wins.
 * Throws `not_found` for an operator as whom nobody can act.
 */
export async function assignOperator(core: Core, actor: Actor, input: AssignOperatorInput): Promise<ChatOutput> {
  requireOperator(actor)
  const operator = await findOperator(core, actor, input.operatorId)
  const change = chatChange(actor, (chat) => decideAssign(chat, operator, input.takeOver ?? false))
  return await returnIfInactive(core, actor, await core.writer.change(actor, input.chatId, change))
}

/** This may be read before the lock: users never change their role, and only a merge of users removes one. */
async function findOperator(core: Core, actor: Actor, operatorId: UserId | undefined): Promise<Operator> {
  if (operatorId === undefined || operatorId === actor.userId) return { id: actor.userId, name: actor.name }
  const user = await core.queries.users.find(operatorId)
  if (user?.role !== 'operator' || !(await isActive(core, user.id))) throw new AppError('not_found')
  return user
}
