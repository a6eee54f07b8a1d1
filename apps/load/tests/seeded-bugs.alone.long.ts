import { expect, test } from 'vitest'
import { nameOfDay } from '../src/name-of-day.ts'
import { caughtBugs } from '../src/patches/seeded-bugs.ts'
import { runBug } from '../src/run/bug-run.ts'

/** One a day fits; `pnpm load:check --bugs` runs them all. */
const today = nameOfDay(caughtBugs, new Date())

test(`[CHECK-3] [CHECK-10] the seeded bug of the day is caught: ${today}`, async () => {
  const verdict = await runBug(today, `ci-${Date.now().toString(36)}`)
  expect(verdict).toMatchObject({ expected: true })
}, 300_000)
