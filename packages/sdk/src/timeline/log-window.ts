import type { ChatFrame, LogEntry, PageOutput } from '@deskbell/contract/events'
import type { Message } from '@deskbell/contract/messages'
import type { Timeline } from './timeline.ts'

/** How far each side has read or received. */
export type Marks = Timeline['read']

/** The loaded part of a chat's log: contiguous, ascending, ending at `have`. */
export type LogWindow = {
  readonly entries: readonly LogEntry[]
  /** The entries that change others, so that finding the few needs no search through all. */
  readonly edits: readonly LogEntry[]
  /** The newest loaded `seq`, 0 for an empty log. */
  readonly have: number
  /** The server's cursor for the position `have`. */
  readonly cursor: string
  readonly hasMore: boolean
  readonly read: Marks
  readonly delivered: Marks
}

export function windowOfPage(page: PageOutput): LogWindow {
  return { ...page, edits: editsIn(page.entries), have: page.entries.at(-1)?.seq ?? 0 }
}

/** Returns the newest entries as a page, which can be followed from later. */
export function newestPage({ entries, cursor, hasMore, read, delivered }: LogWindow, limit: number): PageOutput {
  const isCut = entries.length > limit
  return { entries: isCut ? entries.slice(-limit) : [...entries], cursor, hasMore: hasMore || isCut, read, delivered }
}

/**
 * Appends the new entries of a frame: those at or before `have` are repeats. Returns null if entries are missing in
 * between; then nothing is appended.
 */
export function appendFrame(window: LogWindow, frame: { id: string; events: readonly LogEntry[] }): LogWindow | null {
  const fresh = frame.events.filter((entry) => entry.seq > window.have)
  if (fresh.length === 0) return window
  if (fresh.some((entry, index) => entry.seq !== window.have + 1 + index)) return null
  const have = window.have + fresh.length
  return { ...window, ...appended(window, fresh), have, cursor: frame.id }
}

/** Prepends an older page if it ends where the window begins, and is of the same history. */
export function prependPage(window: LogWindow, page: PageOutput): LogWindow {
  if (!isSameHistory(window, page)) return window
  const first = window.entries[0]?.seq ?? window.have + 1
  const older = page.entries.filter((entry) => entry.seq < first)
  if (older.length > 0 && older.at(-1)?.seq !== first - 1) return window
  return {
    ...window,
    // The page may have been read before a change that is already loaded.
    entries: applyEdits(older, window.edits).concat(window.entries),
    edits: applyEdits(editsIn(older), window.edits).concat(window.edits),
    hasMore: page.hasMore,
    ...mergeMarks(window, page),
  }
}

/** A cursor is `epoch:seq`. Another epoch means that the database was restored: the same `seq` may be another entry. */
export function isSameHistory(a: { cursor: string }, b: { cursor: string }): boolean {
  return epochOf(a.cursor) === epochOf(b.cursor)
}

/** Extends the shown window by a newer one that overlaps or touches it. */
export function continueWindow(shown: LogWindow, newer: LogWindow): LogWindow {
  return {
    ...newer,
    ...appended(shown, entriesAfter(newer.entries, shown.have)),
    hasMore: shown.hasMore,
    ...mergeMarks(shown, newer),
  }
}

/** Returns the newer window, but keeps the objects of unchanged entries. */
export function replaceWindow(shown: LogWindow, newer: LogWindow): LogWindow {
  const bySeq = new Map(shown.entries.map((entry) => [entry.seq, entry]))
  const entries = newer.entries.map((entry) => {
    const old = bySeq.get(entry.seq)
    return old !== undefined && JSON.stringify(old) === JSON.stringify(entry) ? old : entry
  })
  return { ...newer, entries, edits: editsIn(entries) }
}

/** `concat` copies the references at once; a spread iterates over them. */
function appended(window: LogWindow, fresh: readonly LogEntry[]): Pick<LogWindow, 'entries' | 'edits'> {
  const edits = editsIn(fresh)
  return {
    entries: applyEdits(window.entries.concat(fresh), edits),
    edits: edits.length === 0 ? window.edits : applyEdits(window.edits.concat(edits), edits),
  }
}

/** Applies the marks of one user, which raise those of the side. */
export function raiseMarks(window: LogWindow, mark: Extract<ChatFrame, { t: 'rcpt' }>): LogWindow {
  const none = { client: 0, operator: 0 }
  const read = { ...none, [mark.role]: mark.readSeq }
  const delivered = { ...none, [mark.role]: Math.max(mark.deliveredSeq, mark.readSeq) }
  const marks = mergeMarks(window, { read, delivered })
  return marks.read === window.read && marks.delivered === window.delivered ? window : { ...window, ...marks }
}

/**
 * Returns the `seq` of the newest message of others among `entries` that the server does not know to be here; null when
 * it knows.
 */
export function undelivered(
  { entries, delivered }: Pick<LogWindow, 'entries' | 'delivered'>,
  isForeign: (message: Message) => boolean,
): number | null {
  const newest = entries.findLast((entry) => entry.kind === 'message' && isForeign(entry.message))
  if (newest?.kind !== 'message') return null
  const side = newest.message.direction === 'in' ? 'operator' : 'client'
  return newest.seq > delivered[side] ? newest.seq : null
}

type WithMarks = Pick<LogWindow, 'read' | 'delivered'>

/** Marks only rise; unchanged objects stay the same. */
function mergeMarks(a: WithMarks, b: WithMarks): WithMarks {
  return { read: higher(a.read, b.read), delivered: higher(a.delivered, b.delivered) }
}

function higher(a: Marks, b: Marks): Marks {
  if (b.client <= a.client && b.operator <= a.operator) return a
  return { client: Math.max(a.client, b.client), operator: Math.max(a.operator, b.operator) }
}

/** A message or an assignment shows that the chat was open then; an edit does not. */
export function chatStatusOf({ entries, hasMore }: Pick<LogWindow, 'entries' | 'hasMore'>): Timeline['chatStatus'] {
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const kind = entries[index]?.kind
    if (kind === 'closed') return 'closed'
    if (kind === 'reopened' || kind === 'message' || kind === 'assigned') return 'open'
  }
  return hasMore ? 'unknown' : 'open'
}

function epochOf(cursor: string): string {
  return cursor.slice(0, cursor.indexOf(':'))
}

/**
 * Returns the entries as the server does after `changes`, ascending, were written: a message has its newest text, and a
 * retracted one, with its edits, an empty text. Unchanged entries stay the same objects.
 */
export function applyEdits(entries: readonly LogEntry[], edits: readonly LogEntry[]): readonly LogEntry[] {
  const texts = newestTexts(edits)
  if (texts.size === 0) return entries
  const folded = entries.map((entry) => foldEntry(entry, texts))
  return folded.some((entry, index) => entry !== entries[index]) ? folded : entries
}

/** The edits and retractions among entries. */
export function editsIn(entries: readonly LogEntry[]): readonly LogEntry[] {
  return entries.filter(({ kind }) => kind === 'edited' || kind === 'retracted')
}

/** The newest text of each message that was changed; empty if it was retracted. */
function newestTexts(edits: readonly LogEntry[]): ReadonlyMap<number, string> {
  const texts = new Map<number, string>()
  for (const edit of edits) {
    if (edit.kind === 'edited') texts.set(edit.data.messageId, edit.data.text)
    if (edit.kind === 'retracted') texts.set(edit.data.messageId, '')
  }
  return texts
}

/** The page was read after the retraction. */
function isRetracted({ type, text }: Message): boolean {
  return type === 'text' && text === ''
}

function foldEntry(entry: LogEntry, texts: ReadonlyMap<number, string>): LogEntry {
  if (entry.kind === 'message') {
    const text = texts.get(entry.message.id)
    if (text === undefined || isRetracted(entry.message)) return entry
    if (text === '') return { ...entry, message: { ...entry.message, type: 'text', text, attachments: [] } }
    return text === entry.message.text ? entry : { ...entry, message: { ...entry.message, text } }
  }
  if (entry.kind !== 'edited' || entry.data.text === '' || texts.get(entry.data.messageId) !== '') return entry
  return { ...entry, data: { ...entry.data, text: '' } }
}

/**
 * Returns the entries after `seq`, found by counting, because the entries of a timeline have no gaps. A search would
 * take longer with every page of history.
 */
export function entriesAfter(entries: readonly LogEntry[], seq: number): readonly LogEntry[] {
  const [first] = entries
  return first === undefined ? entries : entries.slice(Math.max(0, seq + 1 - first.seq))
}
