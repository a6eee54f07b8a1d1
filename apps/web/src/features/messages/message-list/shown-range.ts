import type { ChatFollower, LogEntry, Timeline } from '@deskbell/sdk'
import { useCallback, useLayoutEffect, useRef, useState } from 'react'

/**
 * The part of the loaded log that is in the document. It follows the reader through the history: rows that come near
 * are added on one side, rows that are far away are removed on the other.
 */
export type ShownRange = {
  readonly from: number
  /** Null: to the end, with the pending messages below it. */
  readonly to: number | null
}

/** Few enough to lay out between two frames; more than anybody reads without scrolling. */
export const rowsMost = 400
/** Rows that are shown after a jump to an end. */
export const rowsAtEnd = 100
/** Rows that are added at once: a small part of a frame. */
export const rowsStep = 10

type Entries = Timeline['entries']

export const wholeLog: ShownRange = { from: 0, to: null }

export function newestRange(entries: Entries): ShownRange {
  return { from: seqAbove(entries, { seq: endOf(entries) + 1, rows: rowsAtEnd }), to: null }
}

export function oldestRange(entries: Entries): ShownRange {
  return cut({ from: startOf(entries), to: null }, { entries, rows: rowsAtEnd, side: 'below' })
}

export function withOlder(range: ShownRange, entries: Entries): ShownRange {
  const wider = { ...range, from: seqAbove(entries, { seq: range.from, rows: rowsStep }) }
  return cut(wider, { entries, rows: rowsMost, side: 'below' })
}

export function withNewer(range: ShownRange, entries: Entries): ShownRange {
  if (range.to === null) return range
  const to = seqBelow(entries, { seq: range.to, rows: rowsStep })
  return cut({ ...range, to: to < endOf(entries) ? to : null }, { entries, rows: rowsMost, side: 'above' })
}

/**
 * Returns the range after the log has changed: within what is loaded, and no longer than allowed. At the end it is cut
 * above, elsewhere below, so no visible row moves.
 */
export function fittingRange(range: ShownRange, entries: Entries, atEnd: boolean): ShownRange {
  const [start, end] = [startOf(entries), endOf(entries)]
  if (range.from > end || (range.to !== null && range.to < start)) return newestRange(entries)
  const from = Math.max(range.from, start)
  const to = range.to !== null && range.to >= end ? null : range.to
  const within = from === range.from && to === range.to ? range : { from, to }
  return cut(within, { entries, rows: rowsMost, side: atEnd ? 'above' : 'below' })
}

/** Returns the entries of a range, by index: the log has no gaps. */
export function entriesOf({ from, to }: ShownRange, entries: Entries): Entries {
  const start = startOf(entries)
  return entries.slice(Math.max(0, from - start), to === null ? undefined : Math.max(0, to + 1 - start))
}

export function startOf(entries: Entries): number {
  return entries[0]?.seq ?? 0
}

function endOf(entries: Entries): number {
  return entries.at(-1)?.seq ?? 0
}

type Cut = { readonly entries: Entries; readonly rows: number; readonly side: 'above' | 'below' }

function cut(range: ShownRange, { entries, rows, side }: Cut): ShownRange {
  const end = range.to ?? endOf(entries)
  if (end - range.from < rows) return range
  if (side === 'above') {
    const from = seqAbove(entries, { seq: end + 1, rows })
    return from <= range.from ? range : { ...range, from }
  }
  const to = seqBelow(entries, { seq: range.from - 1, rows })
  return to >= end ? range : { ...range, to }
}

type Walk = { readonly seq: number; readonly rows: number }

/** Returns the seq that is this many rows above `seq`. Entries that only change others are not rows. */
function seqAbove(entries: Entries, { seq, rows }: Walk): number {
  const start = startOf(entries)
  let place = seq - start
  for (let left = rows; left > 0 && place > 0; ) {
    place -= 1
    if (isRow(entries[place])) left -= 1
  }
  return start + Math.max(0, place)
}

function seqBelow(entries: Entries, { seq, rows }: Walk): number {
  const start = startOf(entries)
  let place = seq - start
  for (let left = rows; left > 0 && place < entries.length - 1; ) {
    place += 1
    if (isRow(entries[place])) left -= 1
  }
  return start + place
}

function isRow(entry: LogEntry | undefined): boolean {
  return entry !== undefined && entry.kind !== 'edited' && entry.kind !== 'retracted'
}

export type ShownPart = {
  readonly range: ShownRange
  /** There are rows above: loaded, or to be loaded. */
  readonly hasOlder: boolean
  /** Call it when the reader is near an end of the rows in the document. It adds rows there if there are any. */
  readonly near: (end: 'start' | 'end') => void
  readonly showOlder: () => void
  readonly showNewest: () => void
  readonly showOldest: () => void
}

/** The next page is loaded when fewer loaded entries than this are not shown yet, so that a reader seldom waits. */
const entriesAhead = 100

/** Returns the part of the log in the document, and how it follows the reader. */
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
