import { expect, test } from 'vitest'
import type { Bench, BenchTarget } from './bench.ts'
import { reportPage } from './report.ts'
import { mergeSections, type Section } from './section.ts'

type Raw = { met: boolean | null; ms: number[] }

/** Its target and its only cell are made from the figures. */
function bench(name: string): Bench<Raw> {
  return {
    name,
    title: `The ${name}`,
    measure: async () => ({ rounds: 1, raw: { met: true, ms: [1] } }),
    report: ({ met, ms }) => ({
      about: 'How.',
      tables: [{ caption: 'All', columns: ['', 'ms'], rows: [['us', ms.join()]] }],
      targets: [targetOf(name, met)],
    }),
  }
}

function targetOf(name: string, met: boolean | null): BenchTarget {
  return { what: `${name} is quick`, target: '≤ 1', measured: met === null ? 'not installed' : '0.5', met }
}

const provenance = {
  date: '2026-12-01',
  commit: 'abcdef1',
  isDirty: true,
  kernel: 'Linux 6',
  cpu: '2 × CPU',
  memoryGb: 24,
  node: '24',
  postgres: '18.4',
  command: 'pnpm bench --only a',
  rounds: 3,
}

function section(name: string, { met, ms }: Raw = { met: true, ms: [1] }): Section {
  return { name, provenance, raw: { met, ms } }
}

const benches = ['a', 'b', 'c'].map(bench)

test('[BENCH-1] a part that is measured again takes the place of the kept one, in the order of the suite', () => {
  const again = section('b', { met: true, ms: [2] })
  const merged = mergeSections([section('b'), section('a'), section('gone')], [again], ['a', 'b', 'c'])
  expect(merged).toEqual([section('a'), again])
})

test('[BENCH-3] a target for which something was missing is neither met nor missed', () => {
  const mets = [true, false, null].map((met, nth) => section('abc'.charAt(nth), { met, ms: [] }))
  const page = reportPage(mets, benches)
  expect(page).toContain('| a is quick | ≤ 1 | 0.5 | met | 2026-12-01 |')
  expect(page).toContain('| b is quick | ≤ 1 | 0.5 | **missed** | 2026-12-01 |')
  expect(page).toContain('| c is quick | ≤ 1 | not installed | not measured | 2026-12-01 |')
})

test('[BENCH-7] a part says with what it was measured, and one without figures that it is in its old form', () => {
  const text = { about: 'Once.', tables: [], targets: [targetOf('b', true)] }
  const old: Section = { name: 'b', date: '2026-11-01', machine: 'a machine', commit: '1234567', text }
  const page = reportPage([section('a'), old], benches)
  expect(page).toContain(
    '`pnpm bench --only a`, 2026-12-01, commit abcdef1 with changes, 2 × CPU, 24 GB, Linux 6, Node 24, PostgreSQL 18.4, 3 rounds.',
  )
  expect(page).toContain('**Old form**, kept by 1234567')
  expect(page).toContain('| b is quick | ≤ 1 | 0.5 | met | 2026-11-01, old form |')
})
