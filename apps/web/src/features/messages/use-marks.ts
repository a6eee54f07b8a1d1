import { type ChatFollower, entriesAfter, type Timeline } from '@deskbell/sdk'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Author } from './timeline-item.ts'
import { isOfOthers, unreadFrom } from './unread-from.ts'
import { usePageSeen } from './use-page-seen.ts'

type MarksInput = {
  readonly follower: ChatFollower
  readonly timeline: Timeline
  readonly viewer: Author
  /** How much of the other side's the viewer has not read, as of the entry `lastSeq`. */
  readonly unread: number
  readonly lastSeq: number
  readonly atEnd: boolean
}

export type Marks = {
  /** The first entry that was unread when the chat was opened. */
  readonly unreadFrom: number | null
  /** Messages of others that came while the reader was away from the end. */
  readonly newSinceAway: number
  /** The newest entry that has stood in view. */
  readonly seenSeq: () => number
}

/** Marks as read what somebody really sees: the end of the thread, in a visible page that has the focus. */
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

/** Counted as of the first sight of the chat: it does not wander while one reads. */
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
