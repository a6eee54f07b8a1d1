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
  /** Runs until it was caught, or until there were enough. */
  runs: number
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

/** Some bugs need a coincidence, such as two marks that wait at once, which a run of seconds does not always have. A control has as many. */
const runsMax = 4

/** Short checks of a server with this bug in it, until one sees it: which invariants were violated? */
export async function runBug(name: string, seed: string): Promise<BugVerdict> {
  const bug = controls.get(name) ?? seededBugs.get(name)
  if (bug === undefined) throw new Error(`There is no bug ${name}: ${[...seededBugs.keys()].join(', ')}.`)
  const startedAt = performance.now()
  const found = await runUntilCaught(name, bug, seed)
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  const expected = controls.has(name)
    ? found.caughtBy.length === 0
    : isCaught(bug, found.caughtBy) || bug.missedBecause !== undefined
  return { name, what: bug.what, expected, seconds, ...found }
}

async function runUntilCaught(name: string, bug: SeededBug, seed: string) {
  let found: string[][] = []
  for (let runs = 1; ; runs++) {
    const { violations } = await runCheck(optionsFor(name, bug, `${seed} ${runs}`))
    found = withoutEmptyChecks([...found, [...violations]])
    const caughtBy = [...new Set(found.flat().map(invariantOf))].sort()
    if (isCaught(bug, caughtBy) || runs === runsMax) return { caughtBy, violations: found.flat(), runs }
  }
}

/** In a run of seconds a check may have nothing to judge by chance. It says something only of all runs. */
function withoutEmptyChecks(runs: string[][]): string[][] {
  const isInAll = (violation: string) => runs.every((run) => run.includes(violation))
  return runs.map((run) => run.filter((violation) => invariantOf(violation) !== 'CHECK-8' || isInAll(violation)))
}

function isCaught({ caughtBy: expected }: SeededBug, caughtBy: readonly string[]): boolean {
  return expected.some((id) => caughtBy.includes(id))
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
    pace: {
      minMs: 10,
      maxMs: 60,
      closeShare: 0.03,
      fileShare: 0.02,
      fileUsersShare: 1,
      typingShare: 0.02,
      typingPauseMs: 0,
    },
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
