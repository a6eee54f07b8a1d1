import { rm } from 'node:fs/promises'
import { FaultTally } from '../faults/fault-tally.ts'
import { DelayHistogram } from '../history/delay-histogram.ts'
import { judge, type Verdict } from './judge.ts'
import { type PlayedRound, playRound, type RoundPlan } from './round.ts'
import type { RunOptions } from './run-options.ts'
import type { PhaseReport, RunReport } from './run-report.ts'
import { openWorld, type World } from './world.ts'

const repeatsShareMax = 0.01
/** Enough to see what is wrong. */
const violationsMax = 200

/** The whole proof: rounds under faults, rounds in calm weather with a mute bus, and after each the checker. */
export async function runCheck(options: RunOptions): Promise<RunReport> {
  await using world = await openWorld(options)
  const run = new CheckRun(world, options)
  for (const plan of planRounds(options)) await run.play(plan)
  return await run.report()
}

/** Chaos first, then calm weather: reconnects would hide that a last lost hint is never healed. */
export function planRounds({ chaosMs, calmMs, roundMs, drop }: RunOptions): RoundPlan[] {
  const bus = { drop, double: 0.05, reorder: 0.1 }
  const chaos = lengths(chaosMs, roundMs).map((lengthMs) => ({ calm: false, lengthMs, bus }))
  const mute = { drop: 1, double: 0, reorder: 0 }
  const calm = lengths(calmMs, roundMs).map((lengthMs) => ({ calm: true, lengthMs, bus: mute }))
  return [...chaos, ...calm].map((plan, place) => ({ nr: place + 1, ...plan }))
}

function lengths(totalMs: number, roundMs: number): number[] {
  const count = Math.ceil(totalMs / roundMs)
  return Array.from({ length: count }, () => totalMs / count)
}

class CheckRun {
  readonly #world: World
  readonly #options: RunOptions
  readonly #tally = new FaultTally()
  readonly #violations: string[] = []
  readonly #phases = { chaos: emptyPhase(), calm: emptyPhase() }
  readonly #startedAt = new Date()

  constructor(world: World, options: RunOptions) {
    this.#world = world
    this.#options = options
  }

  async play(plan: RoundPlan): Promise<void> {
    const round = await playRound(this.#world, plan, { ...this.#options, tally: this.#tally })
    const verdict = await judge(this.#world, round, this.#options)
    const violations = [...this.#timely(round), ...verdict.violations].map((text) => `round ${plan.nr}: ${text}`)
    this.#violations.push(...violations.slice(0, violationsMax - this.#violations.length))
    await this.#count(round, verdict)
    this.#options.say(lineOf(round, verdict, violations.length))
    // The history of a round with violations is evidence.
    if (violations.length === 0) for (const file of round.files) await rm(file, { force: true })
    await Promise.all(this.#world.hosts.map((host) => host.clear()))
  }

  async report(): Promise<RunReport> {
    const { chaos, calm } = this.#phases
    const phases = { chaos: closePhase(chaos), calm: closePhase(calm) }
    const all = [phases.chaos, phases.calm]
    const shares = all.flatMap(({ entries, repeats }) =>
      repeats < entries * repeatsShareMax ? [] : [repeats / entries],
    )
    const wasteful = shares.filter((share) => share >= repeatsShareMax)
    const ends = this.#world.stage.servers.flatMap((server) => server.unasked)
    return {
      seed: this.#options.seed,
      startedAt: this.#startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      people: { clients: this.#options.clients, operators: this.#options.operators },
      phases,
      faults: Object.fromEntries(this.#tally.counts),
      violations: [
        ...this.#violations,
        ...wasteful.map((share) => `REPEATS ${(share * 100).toFixed(1)} % of the entries came though they were there`),
        ...ends.map((end) => `SERVER ${end}`),
        ...this.#tally.unproved(),
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

  async #count({ plan, convergedMs }: PlayedRound, verdict: Verdict): Promise<void> {
    const phase = plan.calm ? this.#phases.calm : this.#phases.chaos
    phase.rounds += 1
    phase.lengthMs += plan.lengthMs
    phase.entries += verdict.entries
    phase.repeats += verdict.repeats
    phase.lines += verdict.lines
    phase.convergedMs.push(convergedMs)
    for (const host of this.#world.hosts) {
      const report = await host.report()
      for (const name of ['sends', 'acknowledged', 'refused', 'applied'] as const) phase[name] += report[name]
      phase.ack.join(report.ack)
      phase.deliver.join(report.deliver)
      phase.memory.clients = Math.max(phase.memory.clients, report.rss)
    }
    for (const server of this.#world.stage.servers) {
      const report = await server.report()
      if (report === undefined) continue
      phase.memory.servers = Math.max(phase.memory.servers, report.rss)
      phase.memory.queue = Math.max(phase.memory.queue, report.queue)
      this.#countBus(server.name, report.bus, plan)
    }
  }

  readonly #busBefore = new Map<string, { dropped: number; doubled: number; reordered: number }>()

  /** A process that was started again counts from zero. */
  #countBus(name: string, now: { dropped: number; doubled: number; reordered: number }, plan: RoundPlan): void {
    const before = this.#busBefore.get(name)
    this.#busBefore.set(name, { ...now })
    for (const [kind, of] of [
      ['dropped', 'drop'],
      ['doubled', 'double'],
      ['reordered', 'reorder'],
    ] as const) {
      const was = before !== undefined && before[kind] <= now[kind] ? before[kind] : 0
      if (plan.bus[of] > 0) this.#tally.add(`hints ${kind}`, { inflicted: now[kind] - was, seen: now[kind] - was })
    }
  }
}

function lineOf({ plan, convergedMs }: PlayedRound, verdict: Verdict, violations: number): string {
  const weather = plan.calm ? 'calm, mute bus' : 'faults'
  const converged = convergedMs === null ? 'never' : `in ${Math.round(convergedMs)} ms`
  return `round ${plan.nr} (${weather}): ${verdict.entries} entries delivered, all saw all ${converged}, ${violations} violations`
}

function emptyPhase() {
  return {
    rounds: 0,
    lengthMs: 0,
    sends: 0,
    acknowledged: 0,
    refused: 0,
    applied: 0,
    entries: 0,
    repeats: 0,
    lines: 0,
    convergedMs: [] as (number | null)[],
    ack: new DelayHistogram(),
    deliver: new DelayHistogram(),
    memory: { servers: 0, clients: 0, queue: 0 },
  }
}

function closePhase({ ack, deliver, ...phase }: ReturnType<typeof emptyPhase>): PhaseReport {
  return { ...phase, ack: quantiles(ack), deliver: quantiles(deliver) }
}

function quantiles(delays: DelayHistogram): { p50: number | null; p99: number | null } {
  return { p50: delays.quantile(0.5), p99: delays.quantile(0.99) }
}
