import type { ChatStatus } from '@deskbell/contract/chats'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { ChatHead, NewMessageRow, SentRow } from '@deskbell/db/queries/messages'

/** The locked chat. */
export type SendChat = {
  id: ChatId
  status: ChatStatus
  lastSeq: number
  rev: number
  inCount: number
  outCount: number
}
export type SendCommand = { clientMsgId: string; text: string; bodyHash: string }

export type SendState = {
  chat: SendChat
  sender: { userId: UserId; role: Role }
  /** The time of new entries, taken under the lock. */
  at: Date
  /** What the sender has sent before with the ids of the commands, in whatever chat. */
  sent: readonly SentRow[]
}

/** `place` points into the rows to write. */
export type SendAnswer =
  | { outcome: 'stored'; place: number; duplicate: boolean }
  | { outcome: 'replay'; first: SentRow }
  | { outcome: 'refused'; code: Extract<ErrorCode, 'chat_closed' | 'client_msg_id_reused'> }

export type SendDecision = {
  answers: SendAnswer[]
  /** Null when there is nothing to write. */
  write: { rows: NewMessageRow[]; head: ChatHead } | null
}

/**
 * Decides a batch from what stands under the lock. For each item in array order:
 * a replay is answered before the chat's status is asked, so a retry is acknowledged also after the close.
 */
export function decideSends(state: SendState, commands: readonly SendCommand[]): SendDecision {
  const rows: NewMessageRow[] = []
  const answers = commands.map((command) => {
    const answer = decideSend(state, rows, command)
    if (answer.outcome === 'stored' && !answer.duplicate) rows.push(newRow(state, rows.length + 1, command))
    return answer
  })
  return { answers, write: rows.length === 0 ? null : { rows, head: headAfter(state, rows.length) } }
}

function decideSend(state: SendState, rows: readonly NewMessageRow[], command: SendCommand): SendAnswer {
  const first = state.sent.find((row) => row.clientMsgId === command.clientMsgId)
  if (first !== undefined) {
    const same = first.chatId === state.chat.id && first.bodyHash === command.bodyHash
    return same ? { outcome: 'replay', first } : { outcome: 'refused', code: 'client_msg_id_reused' }
  }
  const place = rows.findIndex((row) => row.clientMsgId === command.clientMsgId)
  if (place >= 0) {
    const same = rows[place]?.bodyHash === command.bodyHash
    return same ? { outcome: 'stored', place, duplicate: true } : { outcome: 'refused', code: 'client_msg_id_reused' }
  }
  if (state.chat.status === 'closed') return { outcome: 'refused', code: 'chat_closed' }
  return { outcome: 'stored', place: rows.length, duplicate: false }
}

function newRow(state: SendState, nth: number, command: SendCommand): NewMessageRow {
  const { chat, sender, at } = state
  const fromClient = sender.role === 'client'
  return {
    chatId: chat.id,
    seq: chat.lastSeq + nth,
    userId: sender.userId,
    direction: fromClient ? 'in' : 'out',
    directionNo: (fromClient ? chat.inCount : chat.outCount) + nth,
    createdAt: at,
    ...command,
  }
}

/** `rev` counts changes, so a batch is one; `seq` counts entries. */
function headAfter({ chat, sender, at }: SendState, count: number): ChatHead {
  const fromClient = sender.role === 'client'
  return {
    lastSeq: chat.lastSeq + count,
    rev: chat.rev + 1,
    inCount: chat.inCount + (fromClient ? count : 0),
    outCount: chat.outCount + (fromClient ? 0 : count),
    lastMessageAt: at,
  }
}
