import { expect, test, vi } from 'vitest'
import { Tally } from './tally.mjs'
import { judged, testAll, unchanged, withBrowser } from './tests.mjs'

test('the end of a run tells each part, what was skipped, tried again or failed, and one count as its last line', async () => {
  const tally = new Tally()
  await tally.time('unit', async () => ({ passed: 2, failed: 0, skipped: 0, retriedTitles: ['is quick'] }))
  const failures = ['a.e2e.ts: a story: expected 1 to be 2']
  await tally.time('e2e', async () => ({
    passed: 3,
    failed: 1,
    skipped: 1,
    skippedTitles: ['starts as root (only root can give a folder away)'],
    failures,
  }))
  const lines = tally.report(61.4).split('\n')
  expect(lines.map((line) => line.replaceAll(/ +/g, ' ')).slice(1, 4)).toEqual([
    'unit 2 0 0 0',
    'e2e 3 1 1 0',
    'all 5 1 1 61',
  ])
  expect(lines.slice(-4)).toEqual([
    'skipped: starts as root (only root can give a folder away)',
    'passed at another try: is quick',
    'failed: a.e2e.ts: a story: expected 1 to be 2',
    '5 passed, 1 failed, 1 skipped',
  ])
})

test('[TEST-1] the ten slowest tests of all parts are listed, the slowest first', async () => {
  const tally = new Tally()
  const times = (count, ms) => Array.from({ length: count }, (_, index) => ({ title: `test ${index}`, ms: ms + index }))
  await tally.time('unit', async () => ({ passed: 8, failed: 0, skipped: 0, slowest: times(8, 3_000) }))
  await tally.time('pg', async () => ({ passed: 8, failed: 0, skipped: 0, slowest: times(8, 9_600) }))
  const slow = tally
    .report(61)
    .split('\n')
    .filter((line) => line.startsWith('slowest: '))
  expect(slow).toHaveLength(10)
  expect(slow[0]).toBe('slowest: 9.6 s, pg: test 7')
  expect(slow[9]).toBe('slowest: 3.0 s, unit: test 6')
})

test('[TEST-2] in CI a run without a browser is red, and one without nginx is not', () => {
  const count = { passed: 7, failed: 0, skipped: 2 }
  vi.stubEnv('CI', 'true')
  expect(withBrowser(count, { DESKBELL_CHROMIUM: '', DESKBELL_NGINX: '/usr/sbin/nginx' }).failed).toBe(1)
  expect(withBrowser(count, { DESKBELL_CHROMIUM: '/usr/bin/chromium', DESKBELL_NGINX: '' })).toEqual(count)
  vi.stubEnv('CI', 'false')
  expect(withBrowser(count, { DESKBELL_CHROMIUM: '', DESKBELL_NGINX: '' })).toEqual(count)
  vi.unstubAllEnvs()
})

test('[TEST-3] in CI a tree that is not committed is refused before anything runs', async () => {
  vi.stubEnv('CI', 'true')
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  // Without tools, so that any part that began would throw.
  expect(await testAll(null, async () => ' M package.json')).toBe(1)
  expect(log.mock.lastCall[0]).toMatch(/failed: this tree is not what is committed\n0 passed, 1 failed$/)
  vi.unstubAllEnvs()
  log.mockRestore()
})

test('[TEST-3] a run that has changed the tree is red and names the files', () => {
  expect(unchanged('', '')).toMatchObject({ passed: 1, failed: 0 })
  expect(unchanged('', ' M a.ts\n?? b.ts')).toMatchObject({
    failed: 1,
    failures: ['the run has changed the tree: M a.ts, ?? b.ts'],
  })
})

test('a run that judged nothing, or broke outside of its tests, is red', () => {
  expect(judged({ passed: 0, failed: 0, skipped: 4 }, 0).failed).toBe(1)
  expect(judged({ passed: 7, failed: 0, skipped: 0 }, 1).failed).toBe(1)
  expect(judged({ passed: 7, failed: 0, skipped: 2 }, 0).failed).toBe(0)
})
