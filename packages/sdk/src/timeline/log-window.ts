import type { ChatFrame, LogEntry, PageOutput } from '@deskbell/contract/events'
import type { Message } from '@deskbell/contract/messages'
import { entriesAfter } from './entries-after.ts'
import { changesIn, foldChanges } from './fold-changes.ts'
import type { Timeline } from './timeline.ts'

/** How far each side is. */
export type Marks = Timeline['read']

/** The part of a chat's log that is here: contiguous, ascending, ending at `have`. */
export type LogWindow = {
  readonly entries: readonly LogEntry[]
  /** Those of them that change others, so that nobody looks through all for the few. */
  readonly changes: readonly LogEntry[]
  /** The newest `seq` that is here, 0 for an empty log. */
  readonly have: number
  /** The server's name for the position `have`. */
  readonly cursor: string
  readonly hasMore: boolean
  readonly read: Marks
  readonly delivered: Marks
}

export function windowOfPage(page: PageOutput): LogWindow {
  return { ...page, changes: changesIn(page.entries), have: page.entries.at(-1)?.seq ?? 0 }
}

/** The newest entries as a page, which can be followed from later. */
export function newestPage({ entries, cursor, hasMore, read, delivered }: LogWindow, limit: number): PageOutput {
  const isCut = entries.length > limit
  return { entries: isCut ? entries.slice(-limit) : [...entries], cursor, hasMore: hasMore || isCut, read, delivered }
}

/**
 * Takes what is new of a frame: an entry at or before `have` is a repeat, the next one is taken.
 * Null when something is missing in between; then nothing is taken.
 */
export function appendFrame(window: LogWindow, frame: { id: string; events: readonly LogEntry[] }): LogWindow | null {
  const fresh = frame.events.filter((entry) => entry.seq > window.have)
  if (fresh.length === 0) return window
  if (fresh.some((entry, index) => entry.seq !== window.have + 1 + index)) return null
  const have = window.have + fresh.length
  return { ...window, ...appended(window, fresh), have, cursor: frame.id }
}

/** Takes an older page if it ends where the window begins, and tells of the same history. */
export function prependPage(window: LogWindow, page: PageOutput): LogWindow {
  if (!isSameHistory(window, page)) return window
  const first = window.entries[0]?.seq ?? window.have + 1
  const older = page.entries.filter((entry) => entry.seq < first)
  if (older.length > 0 && older.at(-1)?.seq !== first - 1) return window
  return {
    ...window,
    // The page may be of a moment before a change that is here already.
    entries: foldChanges(older, window.changes).concat(window.entries),
    changes: foldChanges(changesIn(older), window.changes).concat(window.changes),
    hasMore: page.hasMore,
    ...mergeMarks(window, page),
  }
}

/** A cursor is `epoch:seq`. Another epoch means that the database was restored: the same `seq` may be another entry. */
export function isSameHistory(a: { cursor: string }, b: { cursor: string }): boolean {
  return epochOf(a.cursor) === epochOf(b.cursor)
}

/** Goes on from a window that was shown to a newer one that overlaps or touches it. */
export function continueWindow(shown: LogWindow, newer: LogWindow): LogWindow {
  return {
    ...newer,
    ...appended(shown, entriesAfter(newer.entries, shown.have)),
    hasMore: shown.hasMore,
    ...mergeMarks(shown, newer),
  }
}

/** Takes the newer window, but keeps the objects of entries that say the same. */
export function replaceWindow(shown: LogWindow, newer: LogWindow): LogWindow {
  const bySeq = new Map(shown.entries.map((entry) => [entry.seq, entry]))
  const entries = newer.entries.map((entry) => {
    const old = bySeq.get(entry.seq)
    return old !== undefined && JSON.stringify(old) === JSON.stringify(entry) ? old : entry
  })
  return { ...newer, entries, changes: changesIn(entries) }
}

/** `concat` copies the references in one go; a spread walks through them. */
function appended(window: LogWindow, fresh: readonly LogEntry[]): Pick<LogWindow, 'entries' | 'changes'> {
  const changes = changesIn(fresh)
  return {
    entries: foldChanges(window.entries.concat(fresh), changes),
    changes: changes.length === 0 ? window.changes : foldChanges(window.changes.concat(changes), changes),
  }
}

/** Takes one person's marks, which raise those of the side. */
export function raiseMarks(window: LogWindow, mark: Extract<ChatFrame, { t: 'rcpt' }>): LogWindow {
  const none = { client: 0, operator: 0 }
  const read = { ...none, [mark.role]: mark.readSeq }
  const delivered = { ...none, [mark.role]: Math.max(mark.deliveredSeq, mark.readSeq) }
  const marks = mergeMarks(window, { read, delivered })
  return marks.read === window.read && marks.delivered === window.delivered ? window : { ...window, ...marks }
}

/** The newest message of somebody else of which the server does not know yet that it is here; null when it knows. */
export function undelivered(window: LogWindow, isForeign: (message: Message) => boolean): number | null {
  const newest = window.entries.findLast((entry) => entry.kind === 'message' && isForeign(entry.message))
  if (newest?.kind !== 'message') return null
  const side = newest.message.direction === 'in' ? 'operator' : 'client'
  return newest.seq > window.delivered[side] ? newest.seq : null
}

type WithMarks = Pick<LogWindow, 'read' | 'delivered'>

/** Marks only rise; objects that say the same stay the same. */
function mergeMarks(a: WithMarks, b: WithMarks): WithMarks {
  return { read: higher(a.read, b.read), delivered: higher(a.delivered, b.delivered) }
}

function higher(a: Marks, b: Marks): Marks {
  if (b.client <= a.client && b.operator <= a.operator) return a
  return { client: Math.max(a.client, b.client), operator: Math.max(a.operator, b.operator) }
}

/** A message or an assignment shows that the chat was open then; edits do not. */
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
