import { type Bench, type BenchOptions, type BenchResult, type BenchTarget, roundsOf } from '../suite/bench.ts'
import { byRound, inTurns, orderText } from '../suite/in-turns.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { measureNeighbour, type NeighbourOptions, type NeighbourReport } from './measure-neighbour.ts'
import { type GreedKind, greedKinds } from './neighbour-clients.ts'

/** Plans without `rateLimits` had them on. */
type Plan = Omit<NeighbourOptions, 'kind'> & { rounds: number; rateLimits?: 'off' }
/** The runs stand in the order in which they ran. */
type NeighbourRaw = { plan: Plan; runs: NeighbourRun[] }
type NeighbourRun = { kind: GreedKind; round: number; report: NeighbourReport }

const timesCalmMax = 3

export const neighbour: Bench<NeighbourRaw> = {
  name: 'neighbour',
  title: 'One client beside two greedy accounts',
  async measure(options) {
    const plan = planOf(options)
    const runs: NeighbourRun[] = []
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const kind of inTurns(greedKinds, round)) {
        const report = await measureNeighbour({ kind, ...plan })
        const { calm, beside } = report
        options.log(
          `round ${round + 1}, ${kind}: p99 ${calm.sendP99.toFixed(1)} ms calm, ${beside.sendP99.toFixed(1)} ms beside`,
        )
        runs.push({ kind, round, report })
      }
    }
    return { rounds: plan.rounds, raw: { plan, runs } }
  },
  report: ({ plan, runs }) => resultOf(runs, plan),
}

function planOf(options: BenchOptions): Plan {
  if (options.quick) return { rateLimits: 'off', rounds: 1, accounts: 2, sockets: 2, calls: 4, seconds: 1 }
  return {
    rateLimits: 'off',
    rounds: roundsOf(options, greedKinds.length),
    accounts: 2,
    sockets: 20,
    calls: 16,
    seconds: 10,
  }
}

function resultOf(runs: readonly NeighbourRun[], plan: Plan): BenchResult {
  const { accounts, sockets, calls, seconds, rateLimits } = plan
  const names = runs.map(({ kind }) => kind)
  const limits =
    rateLimits === 'off'
      ? 'without rate limits, so that only the turns between users protect the neighbour'
      : 'with its rate limits on'
  return {
    about: `One server process ${limits}. A client writes a message, reads a page, and pauses for 20 ms, for ${seconds} s: alone,
and then beside ${accounts} operators who have ${sockets} sockets each, with ${calls} calls in flight on each. \`reads\`: lists of 100 chats, 200 messages
and pages; \`creates\`: chats for new clients; \`changes\`: closes and reopenings; \`streams\`: following chats
until the first frame. Each run has a new server. ${orderText(byRound(names, greedKinds.length))}`,
    tables: [
      {
        caption: 'Delays of the client in milliseconds',
        columns: [
          ...['greed', 'send p50 calm', 'beside', 'send p99 calm', 'beside', 'read p99 calm', 'beside'],
          ...['refused', 'greedy calls/s', 'greedy refused/s'],
        ],
        rows: greedKinds.map((kind) => rowOf(kind, reportsOf(runs, kind))),
      },
    ],
    targets: greedKinds.map((kind) => targetOf(kind, reportsOf(runs, kind))),
  }
}

function reportsOf(runs: readonly NeighbourRun[], kind: GreedKind): NeighbourReport[] {
  return runs.filter((run) => run.kind === kind).map(({ report }) => report)
}

function rowOf(kind: GreedKind, reports: readonly NeighbourReport[]): string[] {
  const text = (figure: (report: NeighbourReport) => number, digits = 1) =>
    spreadText(spreadOf(reports.map(figure)), digits)
  return [
    kind,
    text(({ calm }) => calm.sendP50),
    text(({ beside }) => beside.sendP50),
    text(({ calm }) => calm.sendP99),
    text(({ beside }) => beside.sendP99),
    text(({ calm }) => calm.readP99),
    text(({ beside }) => beside.readP99),
    text(({ calm, beside }) => calm.refused + beside.refused, 0),
    text(({ greedyPerSecond }) => greedyPerSecond, 0),
    text(({ greedyRefused }) => greedyRefused, 0),
  ]
}

function targetOf(kind: GreedKind, reports: readonly NeighbourReport[]): BenchTarget {
  const times = spreadOf(reports.map(({ calm, beside }) => beside.sendP99 / calm.sendP99))
  const refused = reports.reduce((sum, { calm, beside }) => sum + calm.refused + beside.refused, 0)
  return {
    what: `a send beside two greedy accounts, ${kind}`,
    target: `p99 ≤ ${timesCalmMax} × calm, never refused`,
    measured: `${spreadText(times, 1)} ×, ${refused} refused`,
    met: times.median <= timesCalmMax && refused === 0,
  }
}
