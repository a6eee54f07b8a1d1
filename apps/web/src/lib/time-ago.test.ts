import { expect, test } from 'vitest'
import { timeAgo } from './day-clock.ts'

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
])('[WEB-29] a user last seen at %s was online %j ago', (then, ago) => {
  expect(timeAgo(Date.parse(then), now)).toEqual(ago)
})
