import { expect, test } from 'vitest'
import { seededBugs } from '../src/patches/seeded-bugs.ts'
import { runBug } from '../src/run/bug-run.ts'

/** As many as fit; `pnpm load:check --bugs` runs them all. */
const quick = ['gapCheck', 'statusWithoutLock', 'newIdPerTry']

test.each(quick)('[CHECK-3] the seeded bug %s is caught', async (name) => {
  const verdict = await runBug(name, `ci-${Date.now().toString(36)}`)
  expect(verdict).toMatchObject({ expected: true })
})

test('[CHECK-3] every seeded bug says what is wrong, and by what it is caught', () => {
  for (const [name, bug] of seededBugs) {
    expect(bug.patches.length, name).toBeGreaterThan(0)
    expect(bug.caughtBy.length, name).toBeGreaterThan(0)
  }
})
