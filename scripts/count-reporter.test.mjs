import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import CountReporter from './count-reporter.mjs'

/** A test as the reporter sees it. */
function testCase(fullName, { state = 'passed', meta = {}, note, duration = 1 }) {
  return { fullName, result: () => ({ state, note }), meta: () => meta, diagnostic: () => ({ duration }) }
}

function countOf(tests) {
  const folder = mkdtempSync(join(tmpdir(), 'deskbell-count-'))
  const file = join(folder, 'count.json')
  const module = { relativeModuleId: 'a.test.ts', errors: () => [] }
  const children = { allTests: () => tests, allSuites: () => [] }
  vi.stubEnv('DESKBELL_COUNT_FILE', file)
  new CountReporter().onTestRunEnd([{ ...module, children }])
  vi.unstubAllEnvs()
  const count = JSON.parse(readFileSync(file, 'utf8'))
  rmSync(folder, { recursive: true })
  return count
}

test('[TEST-1] a skipped test is named with its reason, and only the ten slowest tests with their times', () => {
  const count = countOf([
    testCase('as root', { state: 'skipped', meta: { skipReason: 'only root can' } }),
    testCase('as others', { state: 'skipped', note: 'not now' }),
    testCase('bare', { state: 'skipped' }),
    ...Array.from({ length: 12 }, (_, index) => testCase(`test ${index}`, { duration: index * 1_000 })),
  ])
  expect(count).toMatchObject({ passed: 12, skipped: 3 })
  expect(count.skippedTitles).toEqual(['as root (only root can)', 'as others (not now)', 'bare'])
  expect(count.slowest).toHaveLength(10)
  expect(count.slowest[0]).toEqual({ title: 'test 11', ms: 11_000 })
})
