import { Plural } from '@lingui/react/macro'
import { useState } from 'react'
import { ActivityLine } from '../message-list/activity-line.tsx'
import type { ActivityEntry, TimelineItem } from '../message-list/timeline-items.ts'
import { collapseActivity } from './collapse-activity.ts'

/** Folds many changes of a chat in a row into one line. */
export const collapseActivityLines = (items: readonly TimelineItem[]) =>
  collapseActivity(items, (changes) => <EarlierActivity changes={changes} />)

/** A button that shows the changes which the line below replaces. */
export function EarlierActivity({ changes }: { changes: readonly ActivityEntry[] }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <p className="text-center text-meta text-ink-3">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="control rounded-control px-2 hover:bg-hover"
        >
          <Plural value={changes.length} one="# earlier change" other="# earlier changes" />
        </button>
      </p>
      {open && changes.map((entry) => <ActivityLine key={entry.seq} entry={entry} />)}
    </>
  )
}
