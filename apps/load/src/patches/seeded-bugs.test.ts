import { expect, test } from 'vitest'
import { nameOfDay } from '../name-of-day.ts'
import { caughtBugs, seededBugs } from './seeded-bugs.ts'

test('[CHECK-10] in as many days as there are seeded bugs, each has its day', () => {
  const names = caughtBugs
  const days = names.map((_, nth) => new Date(Date.UTC(2026, 10, 29 + nth, 23, 59)))
  expect(new Set(days.map((day) => nameOfDay(names, day)))).toEqual(new Set(names))
})

test('[CHECK-10] a seeded bug names what catches it, or why nothing does', () => {
  for (const [name, { patches, caughtBy, missedBecause }] of seededBugs) {
    expect(patches.length, name).toBeGreaterThan(0)
    expect(caughtBy.length > 0, name).toBe(missedBecause === undefined)
  }
})
