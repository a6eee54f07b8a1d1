import type { ChatFollower, Timeline } from '@deskbell/sdk'
import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import {
  fittingRange,
  newestRange,
  oldestRange,
  type ShownRange,
  startOf,
  withNewer,
  withOlder,
} from './shown-range.ts'

export type ShownPart = {
  readonly range: ShownRange
  /** There is more above: loaded, or to be loaded. */
  readonly hasOlder: boolean
  /** The reader is near an end of what stands in the document. Says something new when there is more to put in. */
  readonly near: (end: 'start' | 'end') => void
  readonly showOlder: () => void
  readonly showNewest: () => void
  readonly showOldest: () => void
}

/** Pages come from the server while this many entries are still to be put in, so that a reader seldom waits. */
const entriesAhead = 100

/** The part of the log that stands in the document, and how it follows the reader. */
export function useShownRange(follower: ChatFollower, timeline: Timeline, atEnd: boolean): ShownPart {
  const { entries, hasMore } = timeline
  const [wanted, setRange] = useState<ShownRange>(() => newestRange(entries))
  const range = fittingRange(wanted, entries, atEnd)
  if (range !== wanted) setRange(range)
  const present = useRef(range)
  useLayoutEffect(() => {
    present.current = range
  })

  const showOlder = useCallback(() => {
    const { from } = present.current
    const now = follower.getSnapshot()
    const ahead = from - startOf(now.entries)
    if (ahead > 0) setRange(withOlder(present.current, now.entries))
    if (ahead < entriesAhead && now.hasMore && !now.loadingOlder && now.status === 'live') void follower.loadOlder()
  }, [follower])
  const near = useCallback(
    (end: 'start' | 'end') => {
      if (end === 'start') showOlder()
      else setRange(withNewer(present.current, follower.getSnapshot().entries))
    },
    [follower, showOlder],
  )
  const showNewest = useCallback(() => {
    if (present.current.to !== null) setRange(newestRange(follower.getSnapshot().entries))
  }, [follower])
  const showOldest = useCallback(() => setRange(oldestRange(follower.getSnapshot().entries)), [follower])
  return { range, hasOlder: hasMore || range.from > startOf(entries), near, showOlder, showNewest, showOldest }
}
