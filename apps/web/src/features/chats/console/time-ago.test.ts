import { expect, test } from 'vitest'
import { timeAgo } from './time-ago.ts'

const now = Date.parse('2026-11-22T12:00:00Z')

test.each([
  ['2026-11-22T12:00:30Z', null],
  ['2026-11-22T11:59:01Z', null],
  ['2026-11-22T11:59:00Z', { value: 1, unit: 'minute' }],
  ['2026-11-22T11:00:01Z', { value: 59, unit: 'minute' }],
  ['2026-11-22T11:00:00Z', { value: 1, unit: 'hour' }],
  ['2026-11-21T12:00:01Z', { value: 23, unit: 'hour' }],
  ['2026-11-21T12:00:00Z', { value: 1, unit: 'day' }],
  ['2026-11-01T12:00:00Z', { value: 21, unit: 'day' }],
])('[WEB-29] who was last here at %s was here %j ago', (then, ago) => {
  expect(timeAgo(Date.parse(then), now)).toEqual(ago)
})
