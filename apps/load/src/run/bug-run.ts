import type { FaultChoice } from '../faults/fault-plan.ts'
import type { BugWeather, SeededBug } from '../patches/seeded-bug.ts'
import { seededBugs } from '../patches/seeded-bugs.ts'
import { runCheck } from './check-run.ts'
import { checkOptions } from './run-options.ts'

export type BugVerdict = {
  name: string
  what: string
  /** The invariants of all violations. */
  caughtBy: readonly string[]
  expected: boolean
  seconds: number
  violations: readonly string[]
}

/** The same runs without a bug: what finds something here, proves nothing of the others. */
const controls: ReadonlyMap<string, SeededBug> = new Map(
  (['cuts', 'mute', 'delivering'] as const).map((weather) => [
    `none-${weather}`,
    { what: `no bug: the control for ${weather}`, caughtBy: [], weather, patches: [] },
  ]),
)

export const controlNames: readonly string[] = [...controls.keys()]

/** A short check of a server with this bug in it: which invariants were violated? */
export async function runBug(name: string, seed: string): Promise<BugVerdict> {
  const bug = controls.get(name) ?? seededBugs.get(name)
  if (bug === undefined) throw new Error(`There is no bug ${name}: ${[...seededBugs.keys()].join(', ')}.`)
  const startedAt = performance.now()
  const report = await runCheck(optionsFor(name, bug, seed))
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  const caughtBy = [...new Set(report.violations.map(invariantOf))].sort()
  const asExpected = bug.caughtBy.some((id) => caughtBy.includes(id))
  const expected = controls.has(name) ? caughtBy.length === 0 : asExpected || bug.missedBecause !== undefined
  return { name, what: bug.what, caughtBy, expected, seconds, violations: report.violations }
}

/** `round 2: I9 operator-1 on chat …` */
function invariantOf(violation: string): string {
  return /^(?:round \d+: )?(\S+)/.exec(violation)?.[1] ?? violation
}

const lengthMs = 6_000

function optionsFor(name: string, { weather }: SeededBug, seed: string) {
  const calmKind = weather === 'mute' || weather === 'delivering' ? weather : null
  return checkOptions({
    minutes: 0,
    seed: `${seed} ${name}`,
    ...{ chaosMs: calmKind === null ? lengthMs : 0, calmMs: calmKind === null ? 0 : lengthMs },
    calmKinds: [calmKind ?? 'mute'],
    ...{ clients: 3, operators: 2, chatsEach: 1 },
    pace: { minMs: 10, maxMs: 60, closeShare: 0.03, typingShare: 0.02, typingPauseMs: 0 },
    drop: weather === 'lossy' ? 0.3 : 0.1,
    faults: faultsOf[weather],
    // A server with a bug may never converge: what is seen by then has to do.
    ...{ convergeMs: 60_000, restMs: 15_000, staleMs: 20_000, isolationSlackMs: 20_000 },
    bugs: [name],
    say: () => undefined,
  })
}

const none: FaultChoice = { kinds: [], periodMs: 1_000, certain: true }
const faultsOf: Record<BugWeather, FaultChoice> = {
  lossy: none,
  mute: none,
  delivering: none,
  cuts: { kinds: ['cut'], periodMs: 1_500, certain: true },
  kills: { kinds: ['kill'], periodMs: 2_500, certain: true },
}
