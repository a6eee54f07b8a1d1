import { type EntryActor, type LogEntry, logEntrySchema } from '@deskbell/contract/events'
import type { ReadMarks } from '@deskbell/db/queries/chats/marks'
import type { MessageRow } from '@deskbell/db/queries/messages/messages'
import { messageView } from '../domain/message-view.ts'

/** A row of the log as it is stored: a message, or an event of `chat_events`. */
export type LogRow = {
  seq: number
  at: Date
  /** `message` for a message. */
  kind: string
  actor: EntryActor
  data: Record<string, unknown> | null
  message: MessageRow | null
}

/** An entry as the API returns it. An event is parsed, because its column is JSON. Throws when it is not valid. */
export function logEntryView(row: LogRow, marks: ReadMarks): LogEntry {
  const place = { seq: row.seq, at: row.at.toISOString(), actor: row.actor }
  if (row.message !== null) return { ...place, kind: 'message', message: messageView(row.message, marks) }
  return logEntrySchema.parse({ ...place, kind: row.kind, data: row.data ?? undefined })
}
