import { type ChatFollower, entriesAfter, type Timeline } from '@deskbell/sdk'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Author } from './timeline-items.ts'

type MarksInput = {
  readonly follower: ChatFollower
  readonly timeline: Timeline
  readonly viewer: Author
  /** How many messages of the other side the viewer has not read, as of the entry `lastSeq`. */
  readonly unread: number
  readonly lastSeq: number
  readonly atEnd: boolean
}

export type Marks = {
  /** The seq of the first entry that was unread when the chat was opened; null for none. */
  readonly unreadFrom: number | null
  /** Messages of the other side that arrived while the reader was away from the end. */
  readonly newSinceAway: number
  /** Returns the seq of the newest entry that was visible. */
  readonly seenSeq: () => number
}

/** Marks as read what the user really sees: the end of the message list, in a visible page with the focus. */
export function useMarks({ follower, timeline, viewer, unread, lastSeq, atEnd }: MarksInput): Marks {
  const seen = usePageSeen()
  const newest = newestOfOthers(timeline, viewer)
  const sideRead = timeline.read[viewer.role]
  const ready = timeline.status === 'live' && atEnd && seen
  useEffect(() => {
    // The side's mark may be a colleague's: what is unread for the viewer needs a mark of the viewer's own.
    if (ready && (newest > sideRead || unread > 0)) follower.markRead(newest)
  }, [follower, ready, newest, sideRead, unread])
  return { unreadFrom: useUnreadFrom(timeline, { viewer, unread, lastSeq }), ...useNewSince(timeline, viewer, atEnd) }
}

type Read = Pick<MarksInput, 'viewer' | 'unread' | 'lastSeq'>

/** Counted when the chat is first shown, so that the divider does not move while the user reads. */
function useUnreadFrom({ status, entries, hasMore }: Timeline, given: Read): number | null {
  const [atOpening] = useState(given)
  const [top, setTop] = useState<number | null>(null)
  if (top === null && status === 'live') setTop(entries.at(-1)?.seq ?? 0)
  return useMemo(
    () => (top === null ? null : unreadFrom({ entries, hasMore }, { ...atOpening, top })),
    [entries, hasMore, atOpening, top],
  )
}

function useNewSince({ entries }: Timeline, viewer: Author, atEnd: boolean): Pick<Marks, 'newSinceAway' | 'seenSeq'> {
  const top = entries.at(-1)?.seq ?? 0
  const seenTop = useRef(top)
  useEffect(() => {
    if (atEnd) seenTop.current = top
  }, [atEnd, top])
  const seenSeq = useCallback(() => seenTop.current, [])
  if (atEnd) return { newSinceAway: 0, seenSeq }
  const since = entriesAfter(entries, seenTop.current).filter((entry) => isOfOthers(entry, viewer))
  return { newSinceAway: since.length, seenSeq }
}

function newestOfOthers({ entries }: Timeline, viewer: Author): number {
  return entries.findLast((entry) => isOfOthers(entry, viewer))?.seq ?? 0
}

type Log = Pick<Timeline, 'entries' | 'hasMore'>

export type UnreadCount = {
  readonly viewer: Pick<Author, 'role'>
  /** Messages of the other side that the viewer had not read when the log ended at `lastSeq`. */
  readonly unread: number
  readonly lastSeq: number
  /** Where the log ended when the chat was first shown; later entries were not unread then. */
  readonly top: number
}

/**
 * Returns the seq of the first entry that the viewer had not read. The marks of the log belong to a whole side, and a
 * colleague's may be further on, so it counts from the end by the viewer's own number. Null: nothing is unread, the
 * first such entry is not loaded, or no message precedes it.
 */
export function unreadFrom({ entries, hasMore }: Log, { viewer, unread, lastSeq, top }: UnreadCount): number | null {
  let left = unread
  let first: number | null = null
  for (let place = entries.length - 1; place >= 0; place -= 1) {
    const entry = entries[place]
    if (entry === undefined || entry.seq > top) continue
    // A divider above every entry would say nothing.
    if (left <= 0 && entry.seq <= lastSeq) return entries.slice(0, place + 1).some(isMessage) || hasMore ? first : null
    if (!isOfOthers(entry, viewer)) continue
    first = entry.seq
    if (entry.seq <= lastSeq) left -= 1
  }
  return null
}

/** Returns true for messages of the other side: only these can be unread. */
export function isOfOthers(entry: Timeline['entries'][number], viewer: Pick<Author, 'role'>): boolean {
  return entry.kind === 'message' && (entry.message.direction === 'in' ? 'client' : 'operator') !== viewer.role
}

function isMessage(entry: Timeline['entries'][number]): boolean {
  return entry.kind === 'message'
}

/** Returns true while the page is visible and has the focus. */
export function usePageSeen(): boolean {
  return useSyncExternalStore(subscribe, isSeen)
}

function isSeen(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('focus', listener)
  window.addEventListener('blur', listener)
  document.addEventListener('visibilitychange', listener)
  return () => {
    window.removeEventListener('focus', listener)
    window.removeEventListener('blur', listener)
    document.removeEventListener('visibilitychange', listener)
  }
}
