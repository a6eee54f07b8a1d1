import type { Timeline } from '@deskbell/sdk'
import type { Author } from './timeline-item.ts'

type Log = Pick<Timeline, 'entries' | 'hasMore'>

export type UnreadCount = {
  readonly viewer: Pick<Author, 'role'>
  /** Messages of the other side that the viewer had not read when the log ended at `lastSeq`. */
  readonly unread: number
  readonly lastSeq: number
  /** Where the log ended when the chat was first shown; what came later was not unread then. */
  readonly top: number
}

/**
 * The first entry that the viewer had not read. The marks of the log are those of a whole side, and a colleague's may
 * stand further, so it is counted from the end by the viewer's own number.
 * Null: nothing is unread, or the first such entry is not loaded, or nothing was said before it.
 */
export function unreadFrom({ entries, hasMore }: Log, { viewer, unread, lastSeq, top }: UnreadCount): number | null {
  let left = unread
  let first: number | null = null
  for (let place = entries.length - 1; place >= 0; place -= 1) {
    const entry = entries[place]
    if (entry === undefined || entry.seq > top) continue
    // A line above everything that was said tells nothing.
    if (left <= 0 && entry.seq <= lastSeq) return entries.slice(0, place + 1).some(isMessage) || hasMore ? first : null
    if (!isOfOthers(entry, viewer)) continue
    first = entry.seq
    if (entry.seq <= lastSeq) left -= 1
  }
  return null
}

/** Messages of the other side: only these are ever unread. */
export function isOfOthers(entry: Timeline['entries'][number], viewer: Pick<Author, 'role'>): boolean {
  return entry.kind === 'message' && (entry.message.direction === 'in' ? 'client' : 'operator') !== viewer.role
}

function isMessage(entry: Timeline['entries'][number]): boolean {
  return entry.kind === 'message'
}
