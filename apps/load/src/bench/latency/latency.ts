import { type Bench, type BenchOptions, type BenchResult, roundsOf } from '../suite/bench.ts'
import { byRound, inTurns, orderText } from '../suite/in-turns.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { type LatencyOptions, type LatencyReport, measureLatency } from './measure-latency.ts'

type Rate = { chats: number; perSecond: number }
type LatencyRun = { perSecond: number; round: number; report: LatencyReport }

const high = 1_000
const rates: readonly Rate[] = [
  { chats: 10, perSecond: 100 },
  { chats: 50, perSecond: high },
]
const p99MsMax = 15

export const latency: Bench<LatencyRaw> = {
  name: 'latency',
  title: 'From the commit to every window',
  async measure(options) {
    const plan = planOf(options)
    const { rounds, rates, ...times } = plan
    const runs: LatencyRun[] = []
    for (let round = 0; round < rounds; round += 1) {
      for (const rate of inTurns(rates, round)) {
        const report = await measureLatency({ ...rate, ...times })
        options.log(`round ${round + 1}, ${rate.perSecond} messages/s: p99 ${report.p99.toFixed(1)} ms`)
        runs.push({ perSecond: rate.perSecond, round, report })
      }
    }
    return { rounds, raw: { plan, runs } }
  },
  report: ({ plan, runs }) => resultOf(runs, plan),
}

type Plan = Pick<LatencyOptions, 'seconds' | 'warmSeconds'> & { rounds: number; rates: readonly Rate[] }

/** The runs stand in the order in which they ran. */
type LatencyRaw = { plan: Plan; runs: LatencyRun[] }

function planOf(options: BenchOptions): Plan {
  if (!options.quick) return { rounds: roundsOf(options, 4), rates, seconds: 15, warmSeconds: 5 }
  return { rounds: 1, rates: rates.map((rate) => ({ ...rate, chats: 5 })), seconds: 1, warmSeconds: 0 }
}

function resultOf(runs: readonly LatencyRun[], { rates, seconds, warmSeconds }: Plan): BenchResult {
  const names = runs.map(({ perSecond }) => String(perSecond))
  const p99 = spreadOf(reportsAt(runs, high).map((report) => report.p99))
  return {
    about: `One server process and its PostgreSQL, and all people in one other process with real SDKs: each chat is followed by its
client, who writes, and by an operator, who has ten. Each run has a new server: ${warmSeconds} s to get warm, ${seconds} s measured; every
message has to reach both windows. The moment of an entry is taken under the chat's lock just before the commit and cut to
whole milliseconds, so the commit is counted, too. ${orderText(byRound(names, rates.length))}`,
    tables: [
      {
        caption: 'Milliseconds, and CPU a message in microseconds',
        columns: [
          ...['messages/s', 'chats', 'commit to window p50', 'p99', 'send to tick p50', 'p99'],
          ...['server, µs', 'PostgreSQL, µs', 'all people, µs'],
        ],
        rows: rates.map(({ perSecond, chats }) => rowOf({ perSecond, chats }, reportsAt(runs, perSecond))),
      },
    ],
    targets: [
      {
        what: `commit to applied, ${high} messages a second`,
        target: `p99 ≤ ${p99MsMax} ms`,
        measured: `${spreadText(p99, 1)} ms`,
        met: p99.median <= p99MsMax,
      },
    ],
  }
}

function rowOf({ perSecond, chats }: Rate, reports: readonly LatencyReport[]): string[] {
  const text = (figure: (report: LatencyReport) => number, digits: number) =>
    spreadText(spreadOf(reports.map(figure)), digits)
  return [
    ...[String(perSecond), String(chats)],
    text(({ p50 }) => p50, 1),
    text(({ p99 }) => p99, 1),
    text(({ tickP50 }) => tickP50, 1),
    text(({ tickP99 }) => tickP99, 1),
    text(({ serverUs }) => serverUs, 0),
    text(({ databaseUs }) => databaseUs, 0),
    text(({ clientsUs }) => clientsUs, 0),
  ]
}

function reportsAt(runs: readonly LatencyRun[], perSecond: number): LatencyReport[] {
  return runs.filter((run) => run.perSecond === perSecond).map(({ report }) => report)
}
