import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import type { ReadMarks } from '@deskbell/db/queries/chats/marks'
import type { StoredEntry } from '@deskbell/db/queries/log/log'
import { avatarUrlOf } from '../domain/user-view.ts'
import { type LogRow, logEntryView } from './log-entry-view.ts'

const noMarks: ReadMarks = { client: 0, operator: 0 }

/** A row of the log as an entry. Without marks every message is `new`, as it was when it was sent. */
export function storedEntryView(chatId: ChatId, row: StoredEntry, marks: ReadMarks = noMarks): LogEntry {
  return logEntryView({ ...row, actor: actorOf(row), message: messageOf(chatId, row) }, marks)
}

/** The same entry with the status that the marks give it now. */
export function withStatus(entry: LogEntry, marks: ReadMarks): LogEntry {
  if (entry.kind !== 'message') return entry
  const seen = entry.message.direction === 'in' ? marks.operator : marks.client
  const status = entry.seq <= seen ? 'read' : 'new'
  return status === entry.message.status ? entry : { ...entry, message: { ...entry.message, status } }
}

function actorOf({ actor }: StoredEntry): LogRow['actor'] {
  if (actor === null) return null
  const { avatarId, ...person } = actor
  return { ...person, avatarUrl: avatarUrlOf(person.id, avatarId) }
}

function messageOf(chatId: ChatId, { seq, at, message }: StoredEntry): LogRow['message'] {
  const { id, userId, direction, type, text, attachments, clientMsgId } = message
  if (id === null || userId === null || direction === null || type === null || text === null) return null
  return { id, chatId, seq, userId, direction, type, text, attachments, clientMsgId, createdAt: at }
}
