import type { LogEntry } from '@deskbell/contract/events'

/**
 * The entries as the server would tell them after `changes`, ascending, have been written: a message has its newest
 * text, and of a retracted one no text is left, nor in its edits. Entries that say the same stay the same objects.
 */
export function foldChanges(entries: readonly LogEntry[], changes: readonly LogEntry[]): readonly LogEntry[] {
  const texts = newestTexts(changes)
  if (texts.size === 0) return entries
  const folded = entries.map((entry) => foldEntry(entry, texts))
  return folded.some((entry, index) => entry !== entries[index]) ? folded : entries
}

/** The edits and retractions among entries. */
export function changesIn(entries: readonly LogEntry[]): readonly LogEntry[] {
  return entries.filter(({ kind }) => kind === 'edited' || kind === 'retracted')
}

/** The newest text of each message that was changed; empty once it was retracted. */
function newestTexts(changes: readonly LogEntry[]): ReadonlyMap<number, string> {
  const texts = new Map<number, string>()
  for (const change of changes) {
    if (change.kind === 'edited') texts.set(change.data.messageId, change.data.text)
    if (change.kind === 'retracted') texts.set(change.data.messageId, '')
  }
  return texts
}

function foldEntry(entry: LogEntry, texts: ReadonlyMap<number, string>): LogEntry {
  if (entry.kind === 'message') {
    const text = texts.get(entry.message.id)
    // An empty text cannot be written: a page that was read later knows already of the retraction.
    if (text === undefined || text === entry.message.text || entry.message.text === '') return entry
    return { ...entry, message: { ...entry.message, text } }
  }
  if (entry.kind !== 'edited' || entry.data.text === '' || texts.get(entry.data.messageId) !== '') return entry
  return { ...entry, data: { ...entry.data, text: '' } }
}
