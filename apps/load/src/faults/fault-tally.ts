import { rest } from '../rest.ts'
import { seededRandom } from '../seeded-random.ts'
import type { Stage } from './fault.ts'
import { type FaultKind, faultKinds } from './fault-kinds.ts'
import type { PlannedFault } from './fault-plan.ts'

/** `seen`: how often the harm showed. A kind that was inflicted and never seen proves nothing. */
export type FaultCount = { inflicted: number; seen: number }

const provedFrom = 5

/** Runs plans of faults, and counts what really happened. */
export class FaultTally {
  readonly counts = new Map<FaultKind | string, FaultCount>()

  /** Resolves when `signal` has ended and everything is healed. */
  async inflict(
    plan: readonly PlannedFault[],
    options: { stage: Stage; seed: string; signal: AbortSignal },
  ): Promise<void> {
    const running = plan.map(async ({ kind, atMs, durationMs }, nth) => {
      const random = seededRandom(options.seed, `fault ${nth}`)
      await rest(atMs, options.signal)
      if (options.signal.aborted) return
      const seen = await faultKinds[kind].fault({ ...options, random, durationMs })
      if (seen !== null) this.add(kind, { inflicted: 1, seen: seen ? 1 : 0 })
    })
    await Promise.all(running)
  }

  add(kind: string, { inflicted, seen }: FaultCount): void {
    const count = this.counts.get(kind) ?? { inflicted: 0, seen: 0 }
    this.counts.set(kind, { inflicted: count.inflicted + inflicted, seen: count.seen + seen })
  }

  /** Injectors that did nothing, though they were used. One or two may have met a moment in which nothing passed. */
  unproved(): string[] {
    return [...this.counts].flatMap(([kind, { inflicted, seen }]) =>
      inflicted >= provedFrom && seen === 0
        ? [`CHECK-4 the fault ${kind} was inflicted ${inflicted} times and never seen`]
        : [],
    )
  }
}
