import { expect, test } from 'vitest'
import { sameItems } from './same-items.ts'
import type { TimelineItem } from './timeline-item.ts'

const day = (key: string): TimelineItem => ({ type: 'day', key, at: key })

test('[WEB-35] items that say the same stay the same objects, and so does a list of them', () => {
  const before = [day('a'), day('b')]
  expect(sameItems(before, [day('a'), day('b')])).toBe(before)
  const after = sameItems(before, [day('a'), { type: 'day', key: 'b', at: 'later' }, day('c')])
  expect(after.map((item, index) => item === before[index])).toEqual([true, false, false])
  expect(after.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
})
