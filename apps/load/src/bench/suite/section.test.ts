import { expect, test } from 'vitest'
import { reportPage } from './report.ts'
import { mergeSections, type Section } from './section.ts'

function section(name: string, date: string, met: boolean | null = true): Section {
  const target = { what: `${name} is quick`, target: '≤ 1', measured: met === null ? 'not installed' : '0.5', met }
  const table = {
    caption: 'All',
    columns: ['', 'ms'],
    rows: [
      ['us', '1'],
      ['them', 'not measured: not installed'],
    ],
  }
  return {
    name,
    title: `The ${name}`,
    date,
    machine: 'a machine',
    result: { about: 'How.', tables: [table], targets: [target] },
  }
}

test('[BENCH-1] a part that is measured again takes the place of the kept one, in the order of the suite', () => {
  const kept = [section('b', '1'), section('a', '1'), section('gone', '1')]
  const merged = mergeSections(kept, [section('b', '2')], ['a', 'b', 'c'])
  expect(merged.map(({ name, date }) => name + date)).toEqual(['a1', 'b2'])
})

test('[BENCH-3] a target for which something was missing is neither met nor missed', () => {
  const page = reportPage([section('a', '1', true), section('b', '1', false), section('c', '1', null)])
  expect(page).toContain('| a is quick | ≤ 1 | 0.5 | met |')
  expect(page).toContain('| b is quick | ≤ 1 | 0.5 | **missed** |')
  expect(page).toContain('| c is quick | ≤ 1 | not installed | not measured |')
  expect(page).toContain('| them | not measured: not installed |')
})
