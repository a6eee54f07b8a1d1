import type { Actor } from '@deskbell/contract/actor'
import type { UserId } from '@deskbell/contract/ids'
import { findOpenChatsOf } from '@deskbell/db/queries/chats/chats'
import type { Core } from '../../context.ts'
import { decideReturn } from '../../domain/chat-state.ts'
import { chatChange } from './chat-change.ts'

const pageChats = 100

/** Returns all open chats of an operator to the queue, for an operator who is gone. */
export async function returnChats(core: Core, actor: Actor, operatorId: UserId): Promise<void> {
  const change = chatChange(actor, (chat) => decideReturn(chat, operatorId))
  for (;;) {
    const chatIds = await findOpenChatsOf(core.db.orm, operatorId, pageChats)
    if (chatIds.length === 0) return
    await Promise.all(chatIds.map((chatId) => core.writer.change(actor, chatId, change)))
  }
}
