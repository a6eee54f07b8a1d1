import { Plural } from '@lingui/react/macro'
import { useState } from 'react'
import { ActivityLine } from '../activity-line.tsx'
import type { ActivityEntry, TimelineItem } from '../timeline-item.ts'
import { foldChanges } from './fold-changes.ts'

/** For a chat: many changes in a row as one line. */
export const foldLines = (items: readonly TimelineItem[]) =>
  foldChanges(items, (changes) => <EarlierChanges changes={changes} />)

/** A button for the changes of the chat for which the line below stands. */
export function EarlierChanges({ changes }: { changes: readonly ActivityEntry[] }) {
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
