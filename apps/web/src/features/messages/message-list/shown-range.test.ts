import { type LogEntry, logEntrySchema } from '@deskbell/contract/events'
import { expect, test } from 'vitest'
import {
  entriesOf,
  fittingRange,
  newestRange,
  oldestRange,
  rowsAtEnd,
  rowsMost,
  rowsStep,
  type ShownRange,
  withNewer,
  withOlder,
} from './shown-range.ts'

const at = '2026-03-03T12:00:00.000Z'

function entry(seq: number, isRow = true): LogEntry {
  const change = { kind: 'edited', data: { messageId: 1, text: 'x' } }
  return logEntrySchema.parse({ seq, at, actor: null, ...(isRow ? { kind: 'closed', data: {} } : change) })
}

function log(from: number, to: number): LogEntry[] {
  return Array.from({ length: to - from + 1 }, (_, place) => entry(from + place))
}

const long = log(1, 1_000)

test('[WEB-34] the newest rows are shown at first, and as many of the oldest after a jump to the start', () => {
  expect(newestRange(long)).toEqual({ from: 1_001 - rowsAtEnd, to: null })
  expect(newestRange(log(951, 960))).toEqual({ from: 951, to: null })
  expect(oldestRange(long)).toEqual({ from: 1, to: rowsAtEnd })
  expect(oldestRange([])).toEqual({ from: 0, to: null })
})

test('[WEB-34] the range moves up and down in steps, and drops rows on the other side', () => {
  expect(withOlder({ from: 901, to: null }, long)).toEqual({ from: 901 - rowsStep, to: null })
  expect(withOlder({ from: 601, to: null }, long)).toEqual({ from: 601 - rowsStep, to: 600 - rowsStep + rowsMost })
  expect(withOlder({ from: 5, to: 300 }, long)).toEqual({ from: 1, to: 300 })
  expect(withNewer({ from: 1, to: 400 }, long)).toEqual({ from: 1 + rowsStep, to: 400 + rowsStep })
  expect(withNewer({ from: 700, to: 990 }, long)).toEqual({ from: 700, to: null })
})

test('[WEB-34] at the end new rows push out the first ones, and elsewhere they are not shown', () => {
  const range = { from: 1_001 - rowsMost, to: null }
  const more = [...long, entry(1_001), entry(1_002)]
  expect(fittingRange(range, more, true)).toEqual({ from: range.from + 2, to: null })
  expect(fittingRange(range, more, false)).toEqual({ from: range.from, to: 1_000 })
  expect(fittingRange(range, long, true)).toBe(range)
})

test('[WEB-34] older rows that are loaded are not shown before the reader is near', () => {
  const first = fittingRange({ from: 0, to: null }, log(951, 1_000), true)
  expect(first).toEqual({ from: 951, to: null })
  expect(fittingRange(first, log(901, 1_000), true)).toBe(first)
})

test('[WEB-34] the newest rows replace a range that is not loaded any more', () => {
  expect(fittingRange({ from: 5, to: 300 }, log(500, 1_000), false)).toEqual({ from: 901, to: null })
  expect(fittingRange({ from: 900, to: null }, log(1, 60), true)).toEqual({ from: 1, to: null })
})

test.each([
  { log: 'changes between messages', isRow: (seq: number) => seq % 3 === 0 },
  { log: 'a long row of changes', isRow: (seq: number) => seq < 100 || seq > 1_400 },
  { log: 'nothing but changes', isRow: () => false },
])('[WEB-34] entries that are not rows are not counted: $log', ({ isRow }) => {
  const entries = Array.from({ length: 1_500 }, (_, place) => entry(place + 1, isRow(place + 1)))
  const rowsOf = (range: ShownRange) => entriesOf(range, entries).filter(({ kind }) => kind === 'closed').length
  let range = newestRange(entries)
  while (range.from > 1) {
    const before = range
    range = withOlder(range, entries)
    expect(range.from).toBeLessThan(before.from)
    expect(range.from === 1 || rowsOf(range) >= Math.min(rowsMost, rowsOf(before))).toBe(true)
    expect(rowsOf(range)).toBeLessThanOrEqual(rowsMost)
  }
  while (range.to !== null) range = withNewer(range, entries)
  expect(rowsOf(range)).toBeLessThanOrEqual(rowsMost)
})
