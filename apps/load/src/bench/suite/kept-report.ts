import { readFile, writeFile } from 'node:fs/promises'
import { reportPage } from './report.ts'
import { mergeSections, type Section, sectionsSchema } from './section.ts'

/**
 * Puts fresh parts into a kept report: the page, and beside it the same as JSON with every single figure. The JSON is
 * what the page is made of, so a part that was not measured again stays as it was.
 */
export async function keepReport(page: string, fresh: readonly Section[], names: readonly string[]): Promise<void> {
  const beside = page.replace(/(\.md)?$/, '.json')
  const text = await readFile(beside, 'utf8').catch(() => '[]')
  const sections = mergeSections(sectionsSchema.parse(JSON.parse(text)), fresh, names)
  await writeFile(beside, `${JSON.stringify(sections, null, 1)}\n`)
  await writeFile(page, reportPage(sections))
}
