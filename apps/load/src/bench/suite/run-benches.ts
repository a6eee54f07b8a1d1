import type { Bench, BenchOptions } from './bench.ts'
import { newSection, type Section } from './section.ts'

export type RunBenches = BenchOptions & {
  /** All of them when null. */
  only: readonly string[] | null
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
    const measured = await bench.measure({ quick, rounds, minutes, log: (line) => log(`  ${line}`) })
    const section = newSection(bench, { command: commandOf(bench, options), measured })
    log(`bench: ${bench.name} took ${Math.round((performance.now() - startedAt) / 1_000)} s`)
    sections.push(section)
    await onSection?.(section)
  }
  return sections
}

/** What measures this part again in the same way. */
function commandOf({ name }: Bench, { quick, rounds, minutes }: RunBenches): string {
  const more = [
    ...(quick ? ['--quick'] : []),
    ...(rounds === null ? [] : [`--rounds ${rounds}`]),
    ...(minutes === null ? [] : [`--minutes ${minutes}`]),
  ]
  return ['pnpm bench --only', name, ...more].join(' ')
}

function refuseUnknown(benches: readonly Bench[], names: readonly string[]): void {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
  if (unknown.length === 0) return
  throw new Error(`There is no ${unknown.join(', ')}: ${benches.map(({ name }) => name).join(', ')}`)
}
