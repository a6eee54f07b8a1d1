import type { LogEntry } from '@deskbell/contract/events'
import type { Timeline } from '@deskbell/sdk'

/**
 * The part of the loaded log that stands in the document. It follows the reader through the history: what comes near
 * is put in on one side, what has gone far is taken out on the other.
 */
export type ShownRange = {
  readonly from: number
  /** Null: to the end, with what waits below it. */
  readonly to: number | null
}

/** Few enough that the browser lays them out between two frames; more than anybody reads without scrolling. */
export const rowsMost = 400
/** Rows at an end that was jumped to. */
export const rowsAtEnd = 100
/** Rows that are put in at once: a small part of a frame. */
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
 * The same range after the log has changed: within what is loaded, and no longer than it may be.
 * At the end it is cut above, elsewhere below, so nothing moves that is in view.
 */
export function fittingRange(range: ShownRange, entries: Entries, atEnd: boolean): ShownRange {
  const [start, end] = [startOf(entries), endOf(entries)]
  if (range.from > end || (range.to !== null && range.to < start)) return newestRange(entries)
  const from = Math.max(range.from, start)
  const to = range.to !== null && range.to >= end ? null : range.to
  const within = from === range.from && to === range.to ? range : { from, to }
  return cut(within, { entries, rows: rowsMost, side: atEnd ? 'above' : 'below' })
}

/** The entries of a range, by counting: the log has no gaps. */
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

/** Where a walk upwards from above `seq` over so many rows ends; entries that only change others are no rows. */
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
