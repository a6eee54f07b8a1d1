import type { LineOf } from '@deskbell/testkit/history/history-line'
import { now } from '../clock.ts'
import type { FaultTally } from '../faults/fault-tally.ts'
import { DelayHistogram } from '../history/delay-histogram.ts'
import type { ServerReport } from '../servers/server-messages.ts'
import type { Verdict } from './judge.ts'
import type { PlayedRound } from './round.ts'
import type { PhaseReport, Quantiles } from './run-report.ts'
import type { World } from './world.ts'

type MemoryLine = LineOf<'memory'>

/** Adds up the rounds of one phase. */
export class PhaseCount {
  readonly #sums = { rounds: 0, lengthMs: 0, sends: 0, acknowledged: 0, refused: 0, applied: 0, files: 0 }
  readonly #checked = { entries: 0, repeats: 0, lines: 0 }
  readonly #memory = { servers: 0, clients: 0, queue: 0, rings: 0 }
  readonly #convergedMs: (number | null)[] = []
  readonly #ack = new DelayHistogram()
  readonly #deliver = new DelayHistogram()

  /** Asks everybody for the figures of a round. `p99` is of all but the slow readers. */
  async countRound(
    world: World,
    round: PlayedRound,
    tally: FaultTally,
  ): Promise<{ p99: number; memory: MemoryLine[] }> {
    this.#sums.rounds += 1
    this.#sums.lengthMs += round.plan.lengthMs
    this.#convergedMs.push(round.convergedMs)
    const deliver = new DelayHistogram()
    for (const host of world.hosts) {
      const report = await host.report(round.slow)
      for (const name of ['sends', 'acknowledged', 'refused', 'applied', 'files'] as const)
        this.#sums[name] += report[name]
      if (report.cuts.inflicted > 0) tally.add('uploads cut', report.cuts)
      this.#ack.join(report.ack)
      deliver.join(report.deliver)
      this.#memory.clients = Math.max(this.#memory.clients, report.rss)
    }
    this.#deliver.join(deliver.toCounts())
    return { p99: deliver.quantile(0.99) ?? 0, memory: this.#countServers(round, tally) }
  }

  countVerdict({ entries, repeats, lines }: Verdict): void {
    this.#checked.entries += entries
    this.#checked.repeats += repeats
    this.#checked.lines += lines
  }

  report(): PhaseReport {
    return {
      ...this.#sums,
      ...this.#checked,
      convergedMs: [...this.#convergedMs],
      ack: quantilesOf(this.#ack),
      deliver: quantilesOf(this.#deliver),
      memory: { ...this.#memory },
    }
  }

  #countServers({ plan, servers }: PlayedRound, tally: FaultTally): MemoryLine[] {
    return servers.map(({ name, report }) => {
      this.#memory.servers = Math.max(this.#memory.servers, report.rss)
      this.#memory.rings = Math.max(this.#memory.rings, report.rings)
      this.#memory.queue = Math.max(this.#memory.queue, report.queue)
      countBus(report, plan, tally)
      return { at: now(), who: name, t: 'memory', ...report }
    })
  }
}

/** What a killed process had counted is lost; the others show that the bus was harmed. */
function countBus({ bus }: ServerReport, plan: PlayedRound['plan'], tally: FaultTally): void {
  if (plan.bus.drop > 0) tally.add('hints dropped', { inflicted: bus.dropped, seen: bus.dropped })
  if (plan.bus.double > 0) tally.add('hints doubled', { inflicted: bus.doubled, seen: bus.doubled })
  if (plan.bus.reorder > 0) tally.add('hints reordered', { inflicted: bus.reordered, seen: bus.reordered })
}

function quantilesOf(delays: DelayHistogram): Quantiles {
  return { p50: delays.quantile(0.5), p99: delays.quantile(0.99) }
}
