import { type ChatFollower, entriesAfter, type Timeline } from '@deskbell/sdk'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Author } from './timeline-item.ts'
import { usePageSeen } from './use-page-seen.ts'

type MarksInput = {
  readonly follower: ChatFollower
  readonly timeline: Timeline
  readonly viewer: Author
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
export function useMarks({ follower, timeline, viewer, atEnd }: MarksInput): Marks {
  const seen = usePageSeen()
  const newest = newestOfOthers(timeline, viewer)
  const readSeq = timeline.read[viewer.role]
  const ready = timeline.status === 'live' && atEnd && seen
  useEffect(() => {
    if (ready && newest > readSeq) follower.markRead(newest)
  }, [follower, ready, newest, readSeq])
  return { unreadFrom: useUnreadFrom(timeline, viewer), ...useNewSince(timeline, viewer, atEnd) }
}

/** Frozen at the first sight of the chat: it does not wander while one reads. */
function useUnreadFrom({ status, entries, read }: Timeline, viewer: Author): number | null {
  const [unreadFrom, setUnreadFrom] = useState<number | null | undefined>(undefined)
  if (status !== 'live' || unreadFrom !== undefined) return unreadFrom ?? null
  const first = entries.find((entry) => isOfOthers(entry, viewer) && entry.seq > read[viewer.role])
  // A chat that is read for the first time is new altogether: a line above all of it says nothing.
  const from = first === undefined || read[viewer.role] === 0 ? null : first.seq
  setUnreadFrom(from)
  return from
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

/** Messages of the other side: only these are ever unread. */
function isOfOthers(entry: Timeline['entries'][number], viewer: Author): boolean {
  return entry.kind === 'message' && (entry.message.direction === 'in' ? 'client' : 'operator') !== viewer.role
}
