import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { benches } from './bench/suite/benches.ts'
import { reportPage, type Section } from './bench/suite/report.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** Names with commas between them. */
    only: { type: 'string' },
    report: { type: 'string' },
  },
})
const { quick, only, report } = values
const names = only?.split(',')
const unknown = names?.filter((name) => !benches.some((bench) => bench.name === name)) ?? []
if (unknown.length > 0)
  throw new Error(`There is no ${unknown.join(', ')}: ${benches.map(({ name }) => name).join(', ')}`)

const sections: Section[] = []
for (const bench of benches.filter(({ name }) => names === undefined || names.includes(name))) {
  console.log(`bench: ${bench.name}`)
  const result = await bench.run({ quick, log: (line) => console.log(`  ${line}`) })
  sections.push({ title: bench.title, command: `pnpm bench --only ${bench.name}`, result })
}
const page = reportPage(sections, new Date().toISOString().slice(0, 10))
console.log(page)
if (report !== undefined) await writeFile(report, page)
process.exit(0)
