import { expect, test } from 'vitest'
import { sameItems, type TimelineItem } from './timeline-items.ts'

const day = (key: string): TimelineItem => ({ type: 'day', key, at: key })

test('[WEB-35] unchanged items stay the same objects, and so does an unchanged list', () => {
  const before = [day('a'), day('b')]
  expect(sameItems(before, [day('a'), day('b')])).toBe(before)
  const after = sameItems(before, [day('a'), { type: 'day', key: 'b', at: 'later' }, day('c')])
  expect(after.map((item, index) => item === before[index])).toEqual([true, false, false])
  expect(after.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
})
