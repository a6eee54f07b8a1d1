import { z } from 'zod'
import { machineLine } from '../../measured-on.ts'
import type { Bench, BenchResult } from './bench.ts'

const tableSchema = z.object({ caption: z.string(), columns: z.array(z.string()), rows: z.array(z.array(z.string())) })
const targetSchema = z.object({
  what: z.string(),
  target: z.string(),
  measured: z.string(),
  met: z.boolean().nullable(),
})
const sectionSchema = z.object({
  name: z.string(),
  title: z.string(),
  date: z.string(),
  machine: z.string(),
  result: z.object({
    about: z.string(),
    tables: z.array(tableSchema),
    targets: z.array(targetSchema),
    raw: z.unknown().optional(),
  }),
})

/** A part of the report, with where and when it was measured: parts may be measured on different days. */
export type Section = z.infer<typeof sectionSchema>

export const sectionsSchema = z.array(sectionSchema)

export function newSection({ name, title }: Bench, result: BenchResult): Section {
  return { name, title, date: new Date().toISOString().slice(0, 10), machine: machineLine(), result }
}

/** Fresh parts take the place of kept ones, and all stand in the order of the suite. */
export function mergeSections(
  kept: readonly Section[],
  fresh: readonly Section[],
  names: readonly string[],
): Section[] {
  return names.flatMap((name) => {
    const isIt = (section: Section) => section.name === name
    return fresh.find(isIt) ?? kept.find(isIt) ?? []
  })
}
