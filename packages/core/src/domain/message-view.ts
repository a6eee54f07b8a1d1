import type { Direction, Message } from '@deskbell/contract/messages'
import type { ReadMarks } from '@deskbell/db/queries/chats/marks'
import type { MessageRow } from '@deskbell/db/queries/messages/messages'

/** A stored message as the API returns it. `status` comes from the other side's mark, not from the column. */
export function messageView(row: MessageRow, marks: ReadMarks): Message {
  return {
    id: row.id,
    chatId: row.chatId,
    seq: row.seq,
    userId: row.userId,
    direction: row.direction,
    type: row.type,
    text: row.text,
    attachments: row.attachments ?? [],
    status: row.seq <= otherSideReadSeq(row.direction, marks) ? 'read' : 'new',
    clientMsgId: row.clientMsgId,
    createdAt: row.createdAt.toISOString(),
  }
}

function otherSideReadSeq(direction: Direction, marks: ReadMarks): number {
  return direction === 'in' ? marks.operator : marks.client
}
