import { expect, test } from 'vitest'
import type { ActivityEntry, TimelineItem } from '../message-list/timeline-items.ts'
import { sameItems } from '../message-list/timeline-items.ts'
import { collapseActivity } from './collapse-activity.ts'

const at = '2026-03-03T12:00:00.000Z'
const entries = [1, 2, 3, 4, 5, 6].map((seq): ActivityEntry => ({ seq, at, kind: 'reopened', actor: null }))
const change = (seq: number): TimelineItem => {
  const entry = entries[seq - 1]
  if (entry === undefined) throw new Error('No such entry.')
  return { type: 'activity', key: `entry-${seq}`, entry }
}
const day: TimelineItem = { type: 'day', key: 'day', at }
const lines = (items: readonly TimelineItem[]) =>
  collapseActivity(items, String).map((item) => item.key + (item.type === 'activity' && item.above ? ' folded' : ''))

test('[WEB-85] three or more changes in a row are shown as one line, the newest', () => {
  expect(lines([1, 2].map(change))).toEqual(['entry-1', 'entry-2'])
  expect(lines([1, 2, 3].map(change))).toEqual(['entry-3 folded'])
  expect(lines([1, 2, 3, 4].map(change))).toEqual(['entry-4 folded'])
  expect(lines([day, ...[1, 2, 3].map(change), day, change(5), change(6)])).toEqual([
    'day',
    'entry-3 folded',
    'day',
    'entry-5',
    'entry-6',
  ])
})

test('[WEB-35] [WEB-85] a folded line stays the same object until there is another change in it', () => {
  const folded = (...seqs: number[]) => collapseActivity(seqs.map(change), (changes) => ({ changes }) as never)
  const before = folded(2, 3, 4)
  expect(sameItems(before, folded(2, 3, 4))).toBe(before)
  expect(sameItems(before, folded(1, 2, 3, 4))).not.toBe(before)
})
