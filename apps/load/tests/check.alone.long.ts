import { expect, test } from 'vitest'
import { runCheck } from '../src/run/check-run.ts'
import { checkOptions } from '../src/run/run-options.ts'

/** A busy machine is slow, and that is no violation: bounds on times are for runs by hand, on a quiet one. */
const patience = { say: () => undefined, convergeMs: 30_000, staleMs: 20_000, isolationSlackMs: 20_000 }

test('[CHECK-1] [CHECK-4] [CHECK-5] [CHECK-6] [CHECK-7] [CHECK-8] [CHECK-12] [CHECK-13] [CHECK-14] a short run under faults and in calm weather finds nothing', async () => {
  const seed = `ci-${Date.now().toString(36)}`
  const report = await runCheck(checkOptions({ minutes: 0.75, seed, ...patience }))
  expect(report.violations, `seed ${seed}`).toEqual([])
  const { chaos, calm, delivering } = report.phases
  expect(chaos.acknowledged).toBeGreaterThan(100)
  expect(calm.acknowledged).toBeGreaterThan(30)
  expect(delivering.acknowledged).toBeGreaterThan(10)
  expect(report.faults['kill']?.seen).toBeGreaterThan(0)
  expect(chaos.files + calm.files + delivering.files).toBeGreaterThan(20)
  expect(report.faults['uploads cut']?.seen).toBeGreaterThan(0)
  expect(report.faults['hints dropped']?.seen).toBeGreaterThan(0)
}, 300_000)
