import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { benches } from './benches.ts'
import { readSections } from './kept-report.ts'
import { reportPage } from './report.ts'
import { resultOf } from './section.ts'

const page = fileURLToPath(new URL('../../../../../docs/reports/benchmarks.md', import.meta.url))

test('[BENCH-7] every figure and ratio of the kept report is what its JSON gives when it is computed again', async () => {
  const [text, sections] = [await readFile(page, 'utf8'), await readSections(page)]
  expect(sections.length).toBeGreaterThan(0)
  expect(text).toBe(reportPage(sections, benches))
})

test('[BENCH-7] a ratio of the kept report follows the figures it is made of', async () => {
  const sections = await readSections(page)
  const sends = sections.find(({ name }) => name === 'sends')
  if (sends === undefined || 'text' in sends) throw new Error('The sends are kept without their figures.')
  const slower = structuredClone(sends)
  for (const run of (slower.raw as { runs: { name: string; figures: { perSecond: number } }[] }).runs)
    if (run.name === 'Deskbell') run.figures.perSecond /= 2
  const measured = (section: typeof sends) => resultOf(section, benches).targets.map((target) => target.measured)
  expect(measured(slower)).not.toEqual(measured(sends))
})
