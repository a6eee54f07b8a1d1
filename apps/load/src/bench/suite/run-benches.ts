import type { Bench } from './bench.ts'
import { newSection, type Section } from './section.ts'

export type RunBenches = {
  quick: boolean
  rounds: number | null
  minutes: number | null
  /** All of them when null. */
  only: readonly string[] | null
  log: (line: string) => void
  onSection?: (section: Section) => Promise<void>
}

/** One part after the other, as each of them wants the machine for itself. */
export async function runBenches(benches: readonly Bench[], options: RunBenches): Promise<Section[]> {
  const { quick, rounds, minutes, only, log, onSection } = options
  refuseUnknown(benches, only ?? [])
  const sections: Section[] = []
  for (const bench of benches.filter(({ name }) => only === null || only.includes(name))) {
    log(`bench: ${bench.name}`)
    const startedAt = performance.now()
    const section = newSection(bench, await bench.run({ quick, rounds, minutes, log: (line) => log(`  ${line}`) }))
    log(`bench: ${bench.name} took ${Math.round((performance.now() - startedAt) / 1_000)} s`)
    sections.push(section)
    await onSection?.(section)
  }
  return sections
}

function refuseUnknown(benches: readonly Bench[], names: readonly string[]): void {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
  if (unknown.length === 0) return
  throw new Error(`There is no ${unknown.join(', ')}: ${benches.map(({ name }) => name).join(', ')}`)
}
