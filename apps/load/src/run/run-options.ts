import type { RoundKind } from '@deskbell/testkit/history/run-record'
import type { Pace } from '../clients/orders.ts'
import { allFaults, type FaultChoice } from '../faults/fault-plan.ts'

export type RunOptions = {
  seed: string
  /** How long users act under faults, and in calm weather. */
  chaosMs: number
  calmMs: number
  /** The kinds of the calm rounds, in turn. */
  calmKinds: readonly Exclude<RoundKind, 'faults'>[]
  /** At most so long between two heals. */
  roundMs: number
  clients: number
  operators: number
  chatsEach: number
  pace: Pace
  /** Share of hints that are lost under faults. */
  drop: number
  faults: FaultChoice
  /** How long after the heal everybody may take to see everything. */
  convergeMs: number
  /** How long that is waited for at most. */
  restMs: number
  staleMs: number
  /** How much slower the others may be beside slow readers, on top of a fifth. */
  isolationSlackMs: number
  /** Names of seeded bugs. */
  bugs: readonly string[]
  /** Keeps all histories, for a look at them. */
  keep: boolean
  say: (line: string) => void
}

const calmShare = 0.2
const calmMsMin = 15_000

/** A check of so many minutes. Everything else may be said, too. */
export function checkOptions({ minutes, ...given }: { minutes: number } & Partial<RunOptions>): RunOptions {
  const totalMs = minutes * 60_000
  const calmMs = Math.max(calmMsMin, totalMs * calmShare)
  return {
    seed: 'deskbell',
    chaosMs: Math.max(0, totalMs - calmMs),
    calmMs,
    calmKinds: ['mute', 'slow', 'delivering'],
    roundMs: 60_000,
    clients: 12,
    operators: 8,
    chatsEach: 2,
    pace: {
      minMs: 20,
      maxMs: 80,
      closeShare: 0.004,
      fileShare: 0.003,
      fileUsersShare: 0.3,
      typingShare: 0.02,
      typingPauseMs: 0,
    },
    drop: 0.2,
    faults: allFaults,
    convergeMs: 5_000,
    restMs: 30_000,
    staleMs: 2_000,
    isolationSlackMs: 250,
    bugs: [],
    keep: false,
    say: console.log,
    ...given,
  }
}
