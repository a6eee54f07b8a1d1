import { expect, test } from 'vitest'
import { Tally } from './tally.mjs'
import { judged } from './tests.mjs'

test('the end of a run tells each part, what was skipped, tried again or failed, and one count as its last line', async () => {
  const tally = new Tally()
  await tally.time('unit', async () => ({ passed: 2, failed: 0, skipped: 0, retriedTitles: ['is quick'] }))
  const failures = ['a.e2e.ts: a story: expected 1 to be 2']
  await tally.time('e2e', async () => ({
    passed: 3,
    failed: 1,
    skipped: 1,
    skippedTitles: ['starts as root'],
    failures,
  }))
  const lines = tally.report(61.4).split('\n')
  expect(lines.map((line) => line.replaceAll(/ +/g, ' ')).slice(1, 4)).toEqual([
    'unit 2 0 0 0',
    'e2e 3 1 1 0',
    'all 5 1 1 61',
  ])
  expect(lines.slice(-4)).toEqual([
    'skipped: starts as root',
    'passed at another try: is quick',
    'failed: a.e2e.ts: a story: expected 1 to be 2',
    '5 passed, 1 failed, 1 skipped',
  ])
})

test('a run that judged nothing, or broke outside of its tests, is red', () => {
  expect(judged({ passed: 0, failed: 0, skipped: 4 }, 0).failed).toBe(1)
  expect(judged({ passed: 7, failed: 0, skipped: 0 }, 1).failed).toBe(1)
  expect(judged({ passed: 7, failed: 0, skipped: 2 }, 0).failed).toBe(0)
})
