import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import { messages } from '../../schema/messages.ts'

export type MessageRow = {
  id: MessageId
  chatId: ChatId
  seq: number
  userId: UserId
  direction: Direction
  type: 'text' | 'image'
  text: string
  clientMsgId: string | null
  createdAt: Date
}

/** The columns of a `MessageRow`. */
export const messageFields = {
  id: messages.id,
  chatId: messages.chatId,
  seq: messages.seq,
  userId: messages.userId,
  direction: messages.direction,
  type: messages.type,
  text: messages.text,
  clientMsgId: messages.clientMsgId,
  createdAt: messages.createdAt,
}
