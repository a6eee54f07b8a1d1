import type { ChatId } from '@deskbell/contract/ids'
import { toChatId } from '../../base/ids.ts'
import type { PendingMessage } from '../pending-message.ts'
import type { FileNotes } from './file-notes.ts'

export type NotedMessage = { readonly chatId: ChatId; readonly message: PendingMessage }

/** Returns the messages of the notes. Another version of the program may have written them: others are left alone. */
export function notedMessages(notes: FileNotes): NotedMessage[] {
  return (notes.read() ?? []).flatMap(([key, text]) => noted(key.slice(notes.prefix.length), text) ?? [])
}

function noted(key: string, text: string | null): NotedMessage | null {
  try {
    const message: unknown = JSON.parse(text ?? '')
    return isPending(message) ? { chatId: toChatId(Number(key.split(' ')[0])), message } : null
  } catch {
    return null
  }
}

function isPending(value: unknown): value is PendingMessage {
  const { clientMsgId, text, createdAt, files } = Object(value)
  return [clientMsgId, text, createdAt].every((each) => typeof each === 'string') && Array.isArray(files)
}
