import type { Attachment } from '@deskbell/contract/attachments'
import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import type { Direction, MessageType } from '@deskbell/contract/messages'
import { messages } from '../../schema/messages.ts'

export type MessageRow = {
  id: MessageId
  chatId: ChatId
  seq: number
  userId: UserId
  direction: Direction
  type: MessageType
  text: string
  attachments: Attachment[] | null
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
  attachments: messages.attachments,
  clientMsgId: messages.clientMsgId,
  createdAt: messages.createdAt,
}
