import { between, type Random } from '../seeded-random.ts'
import { type FaultKind, faultKinds } from './fault-kinds.ts'

export type PlannedFault = { kind: FaultKind; atMs: number; durationMs: number }

export type FaultChoice = {
  kinds: readonly FaultKind[]
  periodMs: number
  /** In every period every kind, for runs that have little time. */
  certain: boolean
}

export const allFaults: FaultChoice = { kinds: kindsOf(faultKinds), periodMs: 5_000, certain: false }

/** Every fourth period is calm: some defects show only when nothing else shakes the clients. */
const calmShare = 0.25

/** The faults of one round, by chance and by seed: in each period a subset of all kinds, or none. */
export function planFaults(random: Random, lengthMs: number, choice: FaultChoice): PlannedFault[] {
  const { kinds, periodMs, certain } = choice
  const plan: PlannedFault[] = []
  for (let from = 0; from < lengthMs; from += periodMs) {
    const calm = from > 0 && random() < calmShare && !certain
    for (const kind of kinds) {
      const { share, ms } = faultKinds[kind]
      const chosen = random() < share || certain
      const atMs = from + random() * periodMs
      const durationMs = between(random, ms[0], ms[1])
      if (chosen && !calm && atMs < lengthMs) plan.push({ kind, atMs, durationMs })
    }
  }
  return plan.sort((a, b) => a.atMs - b.atMs)
}

function kindsOf<K extends string>(kinds: Record<K, unknown>): K[] {
  return Object.keys(kinds) as K[]
}
