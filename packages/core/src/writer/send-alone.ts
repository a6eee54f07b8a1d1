import type { Actor } from '@deskbell/contract/actor'
import { messageView } from '../domain/message-view.ts'
import { changedChatOf, publishChat } from '../log/publish-chat.ts'
import type { SendCommand } from './command.ts'
import { toEntry, unread, type WriterContext } from './run-batch.ts'

/**
 * Stores the message of a command that waits alone, in one round trip to the database. Returns false when that was not
 * the plain case: then nothing was changed, and the command is to be run in a batch, where every rule is decided. Rejects
 * when the database is away, as a batch does.
 */
export async function sendAlone(context: WriterContext, command: SendCommand): Promise<boolean> {
  const [item, ...others] = command.items
  if (item === undefined || others.length > 0 || item.uploadIds.length > 0) return false
  const { actor, chatId } = command
  const direction = actor.role === 'client' ? 'in' : 'out'
  const stored = await context.storeLoneSend(
    { ...item, chatId, userId: actor.userId, direction, ...sessionOf(context, actor) },
    () => context.now() <= command.deadline,
  )
  if (stored === null) return false
  const { id, seq, createdAt, chat } = stored
  const { text, clientMsgId } = item
  const row = {
    id,
    chatId,
    seq,
    userId: actor.userId,
    direction,
    type: 'text',
    text,
    attachments: null,
    clientMsgId,
    createdAt,
  } as const
  const message = messageView(row, unread)
  publishChat(context, changedChatOf(chat, { rev: chat.rev, lastSeq: seq }), [toEntry(actor, message)])
  command.resolve([{ message, duplicate: false }])
  return true
}

function sessionOf({ authMode, clock }: WriterContext, { sessionId }: Actor) {
  return { sessionId, authMode, now: clock.now() }
}
