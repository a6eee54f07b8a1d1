import { expect, test } from 'vitest'
import { pageOf, scoreOf, summaryOf } from './report.mjs'

const at = (line, column, endColumn) => ({ start: { line, column }, end: { line, column: endColumn } })
const mutant = (status, location, replacement = '') => ({ status, location, replacement, mutatorName: 'Any' })

test('[TEST-5] the report counts what was noticed, and names each survivor with its place, its text and its reason', () => {
  const mutants = [
    mutant('Killed', at(1, 1, 2)),
    mutant('Timeout', at(1, 1, 2)),
    mutant('Survived', at(2, 5, 10), 'a <= b'),
    mutant('NoCoverage', at(2, 5, 6), 'c'),
    mutant('Ignored', at(1, 1, 2)),
  ]
  const { counts, survivors } = summaryOf({ files: { 'a.ts': { source: 'let a\nif (a < b) b()\n', mutants } } })
  expect(counts).toEqual({ killed: 1, timedOut: 1, survived: 1, uncovered: 1, ignored: 1, invalid: 0 })
  expect(scoreOf(counts)).toBe(50)
  expect(survivors[0]).toEqual({ file: 'a.ts', line: 2, mutator: 'Any', before: 'a < b', after: 'a <= b' })
  const reasoned = survivors.map((each) => ({ ...each, reason: 'equal here' }))
  const page = pageOf({ part: { counts, survivors: reasoned, commit: 'abc', date: '2026-11-29', minutes: 3 } })
  expect(page).toContain('| part | 4 | 1 | 1 | 1 | 1 | 50.0 % | 3 | 2026-11-29, abc |')
  expect(page).toContain('- a.ts:2: `a < b` → `a <= b`: equal here')
  expect(() => scoreOf({ killed: 0, timedOut: 0, survived: 0, uncovered: 0 })).toThrow('no mutant')
})
