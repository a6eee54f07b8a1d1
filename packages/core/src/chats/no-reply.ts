import type { Actor } from '@deskbell/contract/actor'
import type { ChatOutput, NoReplyInput } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import { lockChat } from '@deskbell/db/locks'
import { readChatRow } from '@deskbell/db/queries/chats'
import { hasMessageAfter } from '@deskbell/db/queries/message-changes'
import { endWaiting, waveOff } from '@deskbell/db/queries/waiting'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../context.ts'
import { publishChat } from '../events/publish-chat.ts'
import { requireOperator, requireVisible } from './chat-policy.ts'
import { chatView } from './chat-view.ts'

/**
 * Says that what the client has written so far needs no answer. The log has no entry of it, because clients read the log.
 * Where nobody waits nothing changes, but the chat remembers it: nobody waits either after it was closed and reopened.
 */
export async function noReply(core: Core, actor: Actor, input: NoReplyInput): Promise<ChatOutput> {
  requireOperator(actor)
  const { chatId, ifSeq } = input
  const { chat, isChanged } = await inTransaction(core.db, async (tx) => {
    const locked = requireVisible(actor, await lockChat(tx, chatId))
    const isWaiting = locked.waitingSince !== null
    if (isWaiting && ifSeq !== undefined && (await hasMessageAfter(tx, { chatId, direction: 'in', seq: ifSeq }))) {
      throw new AppError('newer_messages')
    }
    if (isWaiting) await endWaiting(tx, { chatId, seq: locked.lastSeq, rev: locked.rev + 1 })
    else if (locked.wavedOffSeq < locked.lastSeq) await waveOff(tx, { chatId, seq: locked.lastSeq })
    return { chat: chatView(await readChatRow(tx, actor.userId, chatId), actor.role), isChanged: isWaiting }
  })
  if (isChanged) publishChat(core, chat, [])
  return { chat }
}
