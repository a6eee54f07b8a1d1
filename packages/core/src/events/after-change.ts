import type { LogEntry } from '@deskbell/contract/events'

/** An entry of the log that changes what earlier entries say. */
export type TextChange = Extract<LogEntry, { kind: 'edited' | 'retracted' }>

export function isTextChange(entry: LogEntry): entry is TextChange {
  return entry.kind === 'edited' || entry.kind === 'retracted'
}

/**
 * An earlier entry as the database has it after a change: a message says its newest text, and when it is
 * retracted, its edits say nothing either. The same object when the change is none of its business.
 */
export function afterChange(entry: LogEntry, change: TextChange): LogEntry {
  const text = change.kind === 'edited' ? change.data.text : ''
  if (entry.kind === 'message' && entry.message.id === change.data.messageId) {
    return { ...entry, message: { ...entry.message, text } }
  }
  const isItsEdit = entry.kind === 'edited' && entry.data.messageId === change.data.messageId
  return isItsEdit && change.kind === 'retracted' ? { ...entry, data: { ...entry.data, text } } : entry
}
