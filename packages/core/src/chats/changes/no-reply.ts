import type { Actor } from '@deskbell/contract/actor'
import type { ChatOutput, NoReplyInput } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { LockedChat } from '@deskbell/db/locks'
import { endWaiting, waveOff } from '@deskbell/db/queries/chats/waiting'
import { hasMessageAfter } from '@deskbell/db/queries/messages/message-changes'
import type { Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { requireOperator, requireVisible } from '../../domain/chat-policy.ts'
import { changedChatOf } from '../../log/publish-chat.ts'
import type { Change, Written } from '../../writer/command.ts'
import { afterAll, readChat } from './chat-change.ts'

/**
 * Records that what the client has written so far needs no answer. The log gets no entry, because clients read the log.
 * Throws `newer_messages` if the client waits and has written after `ifSeq`. If the client does not wait, nothing
 * visible changes, but the place is stored, so the client does not wait after a close and a reopening either.
 */
export async function noReply(core: Core, actor: Actor, input: NoReplyInput): Promise<ChatOutput> {
  requireOperator(actor)
  return core.writer.change(actor, input.chatId, noReplyChange(actor, input))
}

function noReplyChange(actor: Actor, { chatId, ifSeq }: NoReplyInput): Change<ChatOutput> {
  return {
    async read(reader) {
      const hasNewer = ifSeq !== undefined && (await hasMessageAfter(reader, { chatId, direction: 'in', seq: ifSeq }))
      return (tx, locked) => {
        const chat = requireVisible(actor, locked)
        if (chat.waitingSince === null) return remember(tx, actor, chat)
        if (hasNewer) throw new AppError('newer_messages')
        const rev = chat.rev + 1
        const written = endWaiting(tx, { chatId, seq: chat.lastSeq, rev })
        return {
          published: { chat: changedChatOf(chat, { rev, lastSeq: chat.lastSeq }), entries: [] },
          answer: afterAll([written], readChat(tx, actor, chat)),
        }
      }
    },
  }
}

function remember(tx: Tx, actor: Actor, chat: LockedChat): Written<ChatOutput> {
  const { id: chatId, lastSeq: seq } = chat
  const written = chat.wavedOffSeq < seq ? waveOff(tx, { chatId, seq }) : undefined
  return { published: null, answer: afterAll([written], readChat(tx, actor, chat)) }
}
