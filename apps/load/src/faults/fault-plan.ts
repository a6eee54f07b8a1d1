import { between, type Random } from '../seeded-random.ts'
import { type FaultKind, faultKinds } from './fault-kinds.ts'

export type PlannedFault = { kind: FaultKind; atMs: number; durationMs: number }

const periodMs = 5_000
/** Every fourth period is calm: some defects show only when nothing else shakes the clients. */
const calmShare = 0.25

/** The faults of one round, by chance and by seed: in each period a subset of all kinds, or none. */
export function planFaults(random: Random, lengthMs: number): PlannedFault[] {
  const plan: PlannedFault[] = []
  for (let from = 0; from < lengthMs; from += periodMs) {
    const calm = from > 0 && random() < calmShare
    for (const kind of kindsOf(faultKinds)) {
      const { share, ms } = faultKinds[kind]
      const chosen = random() < share
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
