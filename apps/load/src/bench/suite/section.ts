import { z } from 'zod'
import type { Bench, BenchResult } from './bench.ts'
import { provenanceOf, provenanceSchema } from './provenance.ts'

const measuredSchema = z.strictObject({ name: z.string(), provenance: provenanceSchema, raw: z.unknown() })

const tableSchema = z.object({ caption: z.string(), columns: z.array(z.string()), rows: z.array(z.array(z.string())) })
const targetSchema = z.object({
  what: z.string(),
  target: z.string(),
  measured: z.string(),
  met: z.boolean().nullable(),
})
/** Measured before figures were kept: only its text is left, until it is measured again. */
const textSchema = z.strictObject({
  name: z.string(),
  date: z.string(),
  machine: z.string(),
  /** The commit that kept it. */
  commit: z.string(),
  text: z.strictObject({ about: z.string(), tables: z.array(tableSchema), targets: z.array(targetSchema) }),
})

const sectionSchema = z.union([measuredSchema, textSchema])

/** A part of the report, with where and when it was measured: parts may be measured on different days. */
export type Section = z.infer<typeof sectionSchema>

export const sectionsSchema = z.array(sectionSchema)

type NewSection = { command: string; measured: Awaited<ReturnType<Bench['measure']>> }

export function newSection({ name }: Bench, { command, measured: { rounds, raw } }: NewSection): Section {
  // Through JSON at once: what it does not carry must be missed now and not when the kept part is computed again.
  return { name, provenance: provenanceOf({ command, rounds }), raw: JSON.parse(JSON.stringify(raw)) }
}

/** What a section says, computed from its figures; of a section without them, what it said. */
export function resultOf(section: Section, benches: readonly Bench[]): BenchResult {
  return 'text' in section ? section.text : benchOf(section, benches).report(section.raw)
}

export function benchOf({ name }: Section, benches: readonly Bench[]): Bench {
  const bench = benches.find((candidate) => candidate.name === name)
  if (bench === undefined) throw new Error(`The report has ${name}, which is no part of the suite.`)
  return bench
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
