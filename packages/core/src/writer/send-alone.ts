import { headOf, publishChat } from '../events/publish-chat.ts'
import { messageView } from '../messages/message-view.ts'
import type { SendCommand } from './command.ts'
import { toEntry, unread, type WriterContext } from './run-batch.ts'

/**
 * Stores one message of a command that waits alone, in one round trip to the database. Returns false when the message
 * was not stored plainly, for whatever reason: then nothing was changed, or its outcome is unknown, and the command is to
 * be run in a batch, where every rule is decided.
 */
export async function sendAlone(context: WriterContext, command: SendCommand): Promise<boolean> {
  const [item, ...others] = command.items
  if (item === undefined || others.length > 0) return false
  const { actor, chatId } = command
  const direction = actor.role === 'client' ? 'in' : 'out'
  const stored = await context.storeLoneSend({ ...item, chatId, userId: actor.userId, direction })
  if (stored === null) return false
  const { id, seq, createdAt, chat } = stored
  const { text, clientMsgId } = item
  const row = { id, chatId, seq, userId: actor.userId, direction, type: 'text', text, clientMsgId, createdAt } as const
  const message = messageView(row, unread)
  publishChat(context, headOf(chat, { rev: chat.rev, lastSeq: seq }), [toEntry(actor, message)])
  command.resolve([{ message, duplicate: false }])
  return true
}
