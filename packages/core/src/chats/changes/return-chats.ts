import type { Actor } from '@deskbell/contract/actor'
import type { ChatOutput } from '@deskbell/contract/chats'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { findOpenChatsOf } from '@deskbell/db/queries/chats/chats'
import { findInactiveOwners, isOperatorActive } from '@deskbell/db/queries/users/accounts'
import type { Core } from '../../context.ts'
import { decideReturn } from '../../domain/chat-state.ts'
import { chatChange } from './chat-change.ts'

const pageChats = 100

/** Returns all open chats of an operator to the queue. Call it after the commit that has made the operator inactive. */
export async function returnChats(core: Core, actor: Actor, operatorId: UserId): Promise<void> {
  for (;;) {
    const chatIds = await findOpenChatsOf(core.db.orm, operatorId, pageChats)
    if (chatIds.length === 0) return
    await Promise.all(chatIds.map((chatId) => returnChat(core, actor, { chatId, operatorId })))
  }
}

/**
 * Returns the open chats of all operators as whom nobody can act: of a disabling that was cut off, and of the other mode.
 * Each does it by itself.
 */
export async function returnChatsOfInactive(core: Core): Promise<void> {
  const owners = await findInactiveOwners(core.db.orm, core.authMode, pageChats)
  for (const { id: userId, name } of owners) {
    // No session is asked for: see `returnChat`.
    const actor: Actor = { userId, name, avatarUrl: null, role: 'operator', access: null, scopes: null, sessionId: 0 }
    await returnChats(core, actor, userId)
  }
}

/**
 * Returns a chat to the queue if its operator is not active. `given`: the chat after the commit that has given it to the
 * operator. Whoever makes an operator inactive looks for its chats after that commit, so at least one sees the other.
 */
export async function returnIfInactive(core: Core, actor: Actor, given: ChatOutput): Promise<ChatOutput> {
  const { id: chatId, operator } = given.chat
  if (operator === null || (await isActive(core, operator.id))) return given
  return await returnChat(core, actor, { chatId, operatorId: operator.id })
}

/** Whether somebody can act as this operator. */
export async function isActive({ db, authMode }: Core, operatorId: UserId): Promise<boolean> {
  return await isOperatorActive(db.orm, { operatorId, authMode })
}

function returnChat(
  core: Core,
  actor: Actor,
  { chatId, operatorId }: { chatId: ChatId; operatorId: UserId },
): Promise<ChatOutput> {
  const change = chatChange(actor, (chat) => decideReturn(chat, operatorId))
  // The actor may be the operator, whose sessions have ended.
  return core.writer.change(actor, chatId, { ...change, isConsequence: true })
}
