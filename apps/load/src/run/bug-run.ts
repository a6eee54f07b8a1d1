import type { FaultChoice } from '../faults/fault-plan.ts'
import type { BugWeather, SeededBug } from '../patches/seeded-bug.ts'
import { seededBugs } from '../patches/seeded-bugs.ts'
import { runCheck } from './check-run.ts'
import { checkOptions } from './run-options.ts'

export type BugVerdict = { name: string; what: string; caughtBy: readonly string[]; expected: boolean }

/** The same run without a bug: what finds something here, proves nothing of the others. */
const control: SeededBug = { what: 'the control: no bug', caughtBy: [], weather: 'cuts', patches: [] }

/** A short check of a server with this bug in it: which invariants were violated? */
export async function runBug(name: string, seed: string): Promise<BugVerdict> {
  const bug = name === 'none' ? control : seededBugs.get(name)
  if (bug === undefined) throw new Error(`There is no bug ${name}: ${[...seededBugs.keys()].join(', ')}.`)
  const report = await runCheck(optionsFor(name, bug, seed))
  const caughtBy = [...new Set(report.violations.map(invariantOf))].sort()
  const asExpected = bug.caughtBy.some((id) => caughtBy.includes(id))
  const expected = name === 'none' ? caughtBy.length === 0 : asExpected
  return { name, what: bug.what, caughtBy, expected }
}

/** `round 2: I9 operator-1 on chat …` */
function invariantOf(violation: string): string {
  return /^(?:round \d+: )?(\S+)/.exec(violation)?.[1] ?? violation
}

const lengthMs = 8_000

function optionsFor(name: string, { weather }: SeededBug, seed: string) {
  const calm = weather === 'mute'
  return checkOptions({
    minutes: 0,
    seed: `${seed} ${name}`,
    ...{ chaosMs: calm ? 0 : lengthMs, calmMs: calm ? lengthMs : 0 },
    ...{ clients: 4, operators: 3, chatsEach: 1 },
    pace: { minMs: 10, maxMs: 60, closeShare: 0.03 },
    drop: weather === 'lossy' ? 0.3 : 0.1,
    faults: faultsOf[weather],
    // A server with a bug may never converge: what is seen by then has to do.
    ...{ convergeMs: 60_000, restMs: 6_000, staleMs: 20_000, isolationSlackMs: 20_000 },
    bugs: [name],
    say: () => undefined,
  })
}

const none: FaultChoice = { kinds: [], periodMs: 1_000, certain: true }
const faultsOf: Record<BugWeather, FaultChoice> = {
  lossy: none,
  mute: none,
  cuts: { kinds: ['cut'], periodMs: 1_500, certain: true },
  kills: { kinds: ['kill'], periodMs: 2_500, certain: true },
}
