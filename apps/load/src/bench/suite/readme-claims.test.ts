import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { benches } from './benches.ts'
import { readSections } from './kept-report.ts'
import { resultOf } from './section.ts'

const root = new URL('../../../../../', import.meta.url)

test('[BENCH-12] every ratio of the README is the middle of a target of the kept report', async () => {
  const readme = await readFile(new URL('README.md', root), 'utf8')
  const sections = await readSections(fileURLToPath(new URL('docs/reports/benchmarks.md', root)))
  const targets = sections.flatMap((section) => resultOf(section, benches).targets)
  const known = targets.map(({ measured }) => /^([\d,.]+) .*×/.exec(measured)?.[1])
  const claimed = [...readme.matchAll(/(\d[\d,.]*) ?(?:×|x\b|times\b)/g)].map(([, ratio]) => ratio)
  expect(claimed.length).toBeGreaterThan(0)
  for (const ratio of claimed) expect(known).toContain(ratio)
})
