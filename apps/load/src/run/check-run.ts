import { rm } from 'node:fs/promises'
import { addJudged, emptyChecks } from '@deskbell/testkit/history/check-history'
import type { RoundKind } from '@deskbell/testkit/history/run-record'
import { FaultTally } from '../faults/fault-tally.ts'
import { commitLine, machineLine } from '../measured-on.ts'
import { judge, type Verdict } from './judge.ts'
import { PhaseCount } from './phase-count.ts'
import { type PlayedRound, playRound, type RoundPlan } from './round.ts'
import type { RunOptions } from './run-options.ts'
import type { RunReport } from './run-report.ts'
import { openWorld, type World } from './world.ts'

/** Of the delivered entries. More is waste that no other check sees. */
const repeatsShareMax = 0.01
/** Enough to see what is wrong. */
const violationsMax = 200

/** The whole proof: rounds under faults, rounds in calm weather with a mute bus, and after each the checker. */
export async function runCheck(options: RunOptions): Promise<RunReport> {
  await using world = await openWorld(options)
  const run = new CheckRun(world, options)
  for (const plan of planRounds(options)) await run.play(plan)
  return run.report()
}

/**
 * Chaos first, then calm weather: reconnects would hide that a last lost hint is never healed. Calm rounds have a mute
 * bus, then readers who are slow, to be compared with the one before, and then a bus that delivers everything.
 */
export function planRounds({ chaosMs, calmMs, calmKinds, roundMs, drop, clients, operators }: RunOptions): RoundPlan[] {
  const bus = { drop, double: 0.05, reorder: 0.1 }
  const tenth = Math.ceil((clients + operators) / 10)
  const chaos = lengths(chaosMs, roundMs).map((lengthMs) => ({
    kind: 'faults' as const,
    lengthMs,
    bus,
    slowReaders: 0,
  }))
  const calm = lengths(calmMs, Math.min(roundMs, calmMs / calmKinds.length)).map((lengthMs, place) => {
    const kind = calmKinds[place % calmKinds.length] ?? 'mute'
    const calmBus = { drop: kind === 'delivering' ? 0 : 1, double: 0, reorder: 0 }
    return { kind, lengthMs, bus: calmBus, slowReaders: kind === 'slow' ? tenth : 0 }
  })
  return [...chaos, ...calm].map((plan, place) => ({ nr: place + 1, ...plan }))
}

function lengths(totalMs: number, roundMs: number): number[] {
  const count = totalMs === 0 ? 0 : Math.ceil(totalMs / roundMs)
  return Array.from({ length: count }, () => Math.round(totalMs / count))
}

const phaseOf: Record<RoundKind, 'chaos' | 'calm' | 'delivering'> = {
  faults: 'chaos',
  mute: 'calm',
  slow: 'calm',
  delivering: 'delivering',
}

class CheckRun {
  readonly #world: World
  readonly #options: RunOptions
  readonly #tally = new FaultTally()
  readonly #violations: string[] = []
  readonly #phases = { chaos: new PhaseCount(), calm: new PhaseCount(), delivering: new PhaseCount() }
  readonly #judged: Record<string, number> = {}
  readonly #startedAt = new Date()
  /** p99 of the last calm round without slow readers. */
  #alone: number | null = null

  constructor(world: World, options: RunOptions) {
    this.#world = world
    this.#options = options
  }

  async play(plan: RoundPlan): Promise<void> {
    const round = await playRound(this.#world, plan, { ...this.#options, tally: this.#tally })
    const phase = this.#phases[phaseOf[plan.kind]]
    const { p99, memory } = await phase.countRound(this.#world, round, this.#tally)
    const delays = plan.slowReaders > 0 && this.#alone !== null ? { alone: this.#alone, beside: p99 } : null
    if (plan.kind === 'mute') this.#alone = p99
    const verdict = await judge(this.#world, { round, delays, memory }, this.#options)
    phase.countVerdict(verdict)
    addJudged(this.#judged, verdict.judged)
    const violations = [...this.#timely(round), ...verdict.violations].map((text) => `round ${plan.nr}: ${text}`)
    this.#violations.push(...violations.slice(0, violationsMax - this.#violations.length))
    this.#options.say(lineOf(round, verdict, violations.length))
    for (const violation of violations.slice(0, 10)) this.#options.say(`  ${violation}`)
    // The history of a round with violations is evidence.
    if (violations.length > 0) this.#world.evidence.keep = true
    else if (!this.#options.keep) for (const file of round.files) await rm(file, { force: true })
    await Promise.all(this.#world.hosts.map((host) => host.clear()))
  }

  report(): RunReport {
    const { chaos, calm, delivering } = this.#phases
    const phases = { chaos: chaos.report(), calm: calm.report(), delivering: delivering.report() }
    const wasteful = Object.entries(phases).filter(
      ([, { entries, repeats }]) => repeats > 0 && repeats >= entries * repeatsShareMax,
    )
    const ends = this.#world.stage.servers.flatMap((server) => server.unasked)
    return {
      seed: this.#options.seed,
      commit: commitLine(),
      machine: machineLine(),
      startedAt: this.#startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      people: { clients: this.#options.clients, operators: this.#options.operators },
      phases,
      faults: Object.fromEntries(this.#tally.counts),
      judged: this.#judged,
      violations: [
        ...this.#violations,
        ...wasteful.map(
          ([name, phase]) => `REPEATS ${name}: ${phase.repeats} of ${phase.entries} entries were repeats`,
        ),
        ...ends.map((end) => `SERVER ${end}`),
        ...this.#tally.unproved(),
        ...emptyChecks(this.#judged),
      ],
      folder: this.#world.folder,
    }
  }

  #timely({ convergedMs, differences }: PlayedRound): string[] {
    if (convergedMs === null)
      return [`I10 not all saw everything after the heal: ${differences.slice(0, 3).join('; ')}`]
    if (convergedMs <= this.#options.convergeMs) return []
    return [`I10 all saw everything only ${Math.round(convergedMs)} ms after the heal`]
  }
}

function lineOf({ plan, convergedMs }: PlayedRound, verdict: Verdict, violations: number): string {
  const converged = convergedMs === null ? 'never' : `in ${Math.round(convergedMs)} ms`
  return `round ${plan.nr} (${plan.kind}): ${verdict.entries} entries delivered, all saw all ${converged}, ${violations} violations`
}
