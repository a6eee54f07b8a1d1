import type { ReactNode } from 'react'
import type { ActivityEntry, TimelineItem } from '../message-list/timeline-items.ts'

/** This many changes of the chat in a row are shown as one line. */
export const foldFrom = 3

type Folded = { readonly count: number; readonly above: ReactNode }

/**
 * The same element for the same changes, so that React renders only new ones. A log has no gaps, so their number
 * identifies them.
 */
const known = new WeakMap<ActivityEntry, Folded>()

/** Folds changes in a row (taken, returned, taken …): the newest is the line, below a button for the earlier ones. */
export function collapseActivity(
  items: readonly TimelineItem[],
  lineOf: (changes: readonly ActivityEntry[]) => ReactNode,
): readonly TimelineItem[] {
  const result: TimelineItem[] = []
  let run: ActivityEntry[] = []
  for (const item of items) {
    if (item.type !== 'activity') {
      run = []
      result.push(item)
      continue
    }
    run.push(item.entry)
    if (run.length < foldFrom) {
      result.push(item)
      continue
    }
    result.splice(run.length === foldFrom ? 1 - foldFrom : -1)
    result.push({ ...item, above: earlier(item.entry, run.slice(0, -1), lineOf) })
  }
  return result
}

function earlier(
  last: ActivityEntry,
  changes: readonly ActivityEntry[],
  lineOf: (changes: readonly ActivityEntry[]) => ReactNode,
): ReactNode {
  const before = known.get(last)
  if (before?.count === changes.length) return before.above
  const above = lineOf(changes)
  known.set(last, { count: changes.length, above })
  return above
}
