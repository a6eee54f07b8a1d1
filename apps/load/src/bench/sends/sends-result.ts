import type { BenchResult, BenchTable, BenchTarget } from '../suite/bench.ts'
import { wholeSquare } from '../suite/in-turns.ts'
import { type Spread, spreadOf, spreadText } from '../suite/spread.ts'
import type { SendFigures, SendLevel, SendPlan } from './send-level.ts'
import { limit, product, type Side, sides, tuned, tutorial, yardstick } from './sides.ts'

/** One contender at one level in one round. */
export type SendRun = Pick<SendLevel, 'lines' | 'perLine'> & { name: string; round: number; figures: SendFigures }

export type SendsRaw = {
  plan: SendPlan
  /** How the order of a round was found, and whether the tables were vacuumed before each run. */
  turns: { order: 'rotation' | 'square'; vacuumed: boolean }
  /** Of the programs that ran, as they were found. */
  versions: Record<string, string>
  /** Why a contender did not run. */
  missing: Record<string, string>
  /** In the order in which they ran. */
  runs: SendRun[]
}

const most = { lines: 32, perLine: 16 }
const mostUnpacked = { lines: 512, perLine: 1 }
const alone = { lines: 1, perLine: 1 }
/** Chat servers that keep what they acknowledge. */
const peers = [tutorial, tuned, 'ejabberd', 'Prosody']

export function sendsResult(raw: SendsRaw): BenchResult {
  const { runs, plan } = raw
  const known = sides.filter(({ name }) => name in raw.missing || runs.some((run) => run.name === name))
  const isKnown = (name: string) => known.some((side) => side.name === name)
  return {
    about: aboutText(raw, known),
    tables: plan.levels.map((level) => levelTable(raw, known, level)),
    targets: [
      ...timesPgbench.map((level) => rateTarget(runs, level)),
      waitTarget(runs),
      cpuTarget(runs),
      ...peers
        .filter(isKnown)
        .flatMap((peer) => [
          peerTarget(runs, { peer, level: most }),
          ...(plan.levels.some(({ lines }) => lines === mostUnpacked.lines)
            ? [peerTarget(runs, { peer, level: mostUnpacked })]
            : []),
          peerWaitTarget(runs, peer),
        ]),
    ],
  }
}

function levelTable({ runs, missing }: SendsRaw, known: readonly Side[], level: SendLevel): BenchTable {
  const atLevel = runsAt(runs, level)
  return {
    caption: `${level.inFlight} in flight: ${level.lines} × ${level.perLine}`,
    columns: [
      ...['', 'messages/s', `of ${limit}`, `of ${yardstick}`, 'sender waits p50, ms', 'p99, ms'],
      ...['CPU a message: server, µs', 'PostgreSQL, µs', 'both, µs', 'load generator, µs'],
    ],
    rows: known.map(({ name }) => rowOf(name, atLevel, missing[name])),
  }
}

function rowOf(name: string, atLevel: readonly SendRun[], missing = 'not at this level'): string[] {
  const own = atLevel.filter((run) => run.name === name)
  if (own.length === 0) return [name, `not measured: ${missing}`, ...Array<string>(8).fill('')]
  const text = (figure: (figures: SendFigures) => number | null, digits: number) => {
    const values = own.flatMap(({ figures }) => figure(figures) ?? [])
    return values.length === 0 ? '–' : spreadText(spreadOf(values), digits)
  }
  const rateOf = (to: string) => {
    const ratio = ratioOf(atLevel, { name, to, figure: ({ perSecond }) => perSecond })
    return ratio === null ? '–' : spreadText(ratio, 2)
  }
  return [
    name,
    `${text(({ perSecond }) => perSecond, 0)}${refusals(own)}`,
    rateOf(limit),
    rateOf(yardstick),
    text(({ p50 }) => p50, 2),
    text(({ p99 }) => p99, 2),
    text(({ serverUs }) => serverUs, 0),
    text(({ databaseUs }) => databaseUs, 0),
    text(({ serverUs, databaseUs }) => (serverUs ?? 0) + (databaseUs ?? 0), 0),
    text(({ senderUs }) => senderUs, 0),
  ]
}

function refusals(own: readonly SendRun[]): string {
  const count = own.reduce((sum, { figures }) => sum + figures.unavailable, 0)
  return count === 0 ? '' : `, and ${count} refused as unavailable`
}

type Comparison = { name: string; to: string; figure: (figures: SendFigures) => number }

/** Round by round, because the machine changes between rounds more than the contenders differ. */
function ratioOf(atLevel: readonly SendRun[], { name, to, figure }: Comparison): Spread | null {
  const ratios = atLevel
    .filter((run) => run.name === name)
    .flatMap((run) => {
      const other = atLevel.find((candidate) => candidate.name === to && candidate.round === run.round)
      return other === undefined ? [] : [figure(run.figures) / figure(other.figures)]
    })
  return ratios.length === 0 ? null : spreadOf(ratios)
}

/** So many times the messages a second of pgbench. */
const timesPgbench = [
  { lines: 16, perLine: 1, times: 1.2 },
  { lines: 32, perLine: 2, times: 2.2 },
  { ...most, times: 3.5 },
] as const

function rateTarget(runs: readonly SendRun[], { times, ...level }: (typeof timesPgbench)[number]): BenchTarget {
  const ratio = ratioOf(runsAt(runs, level), { name: product, to: yardstick, figure: ({ perSecond }) => perSecond })
  const what = levelText(level)
  const target = `≥ ${times} × ${yardstick}`
  return targetOf(ratio, { what, target, met: (median) => median >= times })
}

const lone = 'a single sender, one at a time'

function waitTarget(runs: readonly SendRun[]): BenchTarget {
  const ratio = ratioOf(runsAt(runs, alone), { name: product, to: yardstick, figure: ({ p50 }) => p50 })
  const target = `p50 ≤ 1.3 × ${yardstick}`
  return targetOf(ratio, { what: lone, target, met: (median) => median <= 1.3 })
}

function cpuTarget(runs: readonly SendRun[]): BenchTarget {
  const own = runsAt(runs, alone).filter(({ name }) => name === product)
  const [what, target] = [`CPU of the server for ${lone}`, '≤ 700 µs a message']
  if (own.length === 0) return { what, target, measured: '–', met: null }
  const cpuUs = spreadOf(own.map(({ figures }) => figures.serverUs ?? 0))
  return { what, target, measured: `${spreadText(cpuUs, 0)} µs`, met: cpuUs.median <= 700 }
}

type PeerLevel = { peer: string; level: Level }

function peerTarget(runs: readonly SendRun[], { peer, level }: PeerLevel): BenchTarget {
  const ratio = ratioOf(runsAt(runs, level), { name: product, to: peer, figure: ({ perSecond }) => perSecond })
  return targetOf(ratio, { what: levelText(level), target: `ahead of ${peer}`, met: (median) => median > 1 })
}

function peerWaitTarget(runs: readonly SendRun[], peer: string): BenchTarget {
  const ratio = ratioOf(runsAt(runs, alone), { name: product, to: peer, figure: ({ p50 }) => p50 })
  return targetOf(ratio, { what: lone, target: `p50 below ${peer}`, met: (median) => median < 1 })
}

type Level = Pick<SendLevel, 'lines' | 'perLine'>

function runsAt(runs: readonly SendRun[], { lines, perLine }: Level): SendRun[] {
  return runs.filter((run) => run.lines === lines && run.perLine === perLine)
}

function levelText({ lines, perLine }: Level): string {
  return `durable sends at ${lines * perLine} in flight, ${lines} × ${perLine}`
}

type Claim = { what: string; target: string; met: (median: number) => boolean }

function targetOf(ratio: Spread | null, { what, target, met }: Claim): BenchTarget {
  if (ratio === null) return { what, target, measured: '–', met: null }
  return { what, target, measured: `${spreadText(ratio, 2)} ×`, met: met(ratio.median) }
}

function aboutText({ plan, turns, versions, missing }: SendsRaw, known: readonly Side[]): string {
  const { rounds, times } = plan
  const versionOf = ({ name, program }: Side) =>
    missing[name] ?? (program === null ? 'this tree' : (versions[program] ?? 'version not kept'))
  const lines = known.map(
    (side) => `- **${side.name}** (${versionOf(side)}): ${side.how}. *Acknowledged*: ${side.acknowledged}.`,
  )
  return `One PostgreSQL, the one that Deskbell brings with the settings that it gives it (\`fsync\` and \`synchronous_commit\` on),
with 1,000 chats; a message of about 76 characters goes to any of them. ${rounds} rounds; in each, at each level, everybody
once: ${turns.vacuumed ? '`vacuum (analyze)`, ' : ''}a checkpoint, a server that is started for this run alone, ${times.warmMs / 1_000} s to get warm, ${times.measureMs / 1_000} s measured. A closed
loop: the next message of a place follows the acknowledgement of the last. **After every run what is stored is counted: a run in
which the acknowledged messages are not exactly the stored ones is broken and ends the benchmark.** Load generator, server
and PostgreSQL share the two cores; the generator is a process of its own with raw \`ws\` sockets, as thin for each as it
can be. ${turnsText(turns.order, { rounds, ran: known.filter(({ name }) => !(name in missing)).length })}

${lines.join('\n')}`
}

function turnsText(order: SendsRaw['turns']['order'], { rounds, ran }: { rounds: number; ran: number }): string {
  if (order === 'rotation')
    return 'The turns were rotated and not balanced: each followed the same neighbour in most rounds, Socket.IO mostly Deskbell.'
  const whole = wholeSquare(ran)
  const isWhole = rounds % whole === 0
  return `The turns are a Williams square of ${whole} rounds${isWhole ? '' : `, **of which ${rounds} ran: not balanced**`}.`
}
