import type { LogEntry } from '@deskbell/contract/events'

/** An entry of the log that changes the text of earlier entries. */
export type TextChange = Extract<LogEntry, { kind: 'edited' | 'retracted' }>

export function isTextChange(entry: LogEntry): entry is TextChange {
  return entry.kind === 'edited' || entry.kind === 'retracted'
}

/**
 * Returns an earlier entry as the database has it after a change: a message has its newest text, and after its
 * retraction no files, and its edits have no text either. Returns the same object when the change does not concern the
 * entry.
 */
export function afterChange(entry: LogEntry, change: TextChange): LogEntry {
  const text = change.kind === 'edited' ? change.data.text : ''
  if (entry.kind === 'message' && entry.message.id === change.data.messageId) {
    const content = change.kind === 'edited' ? { text } : { type: 'text' as const, text, attachments: [] }
    return { ...entry, message: { ...entry.message, ...content } }
  }
  const isItsEdit = entry.kind === 'edited' && entry.data.messageId === change.data.messageId
  return isItsEdit && change.kind === 'retracted' ? { ...entry, data: { ...entry.data, text } } : entry
}
