import { expect, test } from 'vitest'
import { batchDelayMs } from './batch-delay.ts'

test('[INBOX-6] a quiet inbox collects changes for 60 ms, and a busy one for 100 to 250 ms', () => {
  expect([0, 200, 201, 2_000, 2_001, 1_000_000].map(batchDelayMs)).toEqual([60, 60, 100, 100, 250, 250])
})
