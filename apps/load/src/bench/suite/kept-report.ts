import { readFile, writeFile } from 'node:fs/promises'
import type { Bench } from './bench.ts'
import { reportPage } from './report.ts'
import { mergeSections, type Section, sectionsSchema } from './section.ts'

/** The JSON beside a page, which is what the page is made of; no sections where nothing is kept yet. */
export async function readSections(page: string): Promise<Section[]> {
  const text = await readFile(jsonBeside(page), 'utf8').catch(() => '[]')
  return sectionsSchema.parse(JSON.parse(text))
}

/** Puts fresh parts into a kept report. A part that was not measured again stays as it was. */
export async function keepReport(page: string, fresh: readonly Section[], benches: readonly Bench[]): Promise<void> {
  const names = benches.map(({ name }) => name)
  const sections = mergeSections(await readSections(page), fresh, names)
  await writeFile(jsonBeside(page), `${JSON.stringify(sections, null, 1)}\n`)
  await writeFile(page, reportPage(sections, benches))
}

function jsonBeside(page: string): string {
  return page.replace(/(\.md)?$/, '.json')
}
