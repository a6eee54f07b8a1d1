import {
  type Bench,
  type BenchOptions,
  type BenchResult,
  type BenchTable,
  type BenchTarget,
  roundsOf,
} from '../suite/bench.ts'
import { byRound, inTurns, orderText, wholeSquare } from '../suite/in-turns.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { type Contender, type ContenderName, contenderNames } from './contender.ts'
import { FanOut, type FanOutFigures, type FanOutLoad } from './measure-fan-out.ts'
import { startDeskbell } from './start-deskbell.ts'
import { startPeer } from './start-peer.ts'

const textLength = 300
/** Few followers get many messages, so that the work of a server that waits does not weigh. */
const fullLoads: FanOutLoad[] = [
  { followers: 1, perSecond: 500, seconds: 4 },
  { followers: 50, perSecond: 100, seconds: 4 },
  { followers: 3_000, perSecond: 8, seconds: 5 },
]
const quickLoads: FanOutLoad[] = [
  { followers: 1, perSecond: 100, seconds: 0.5 },
  { followers: 100, perSecond: 20, seconds: 0.5 },
]

/** The least that a delivery can cost: bytes that are ready, written to each socket. */
const floor: ContenderName = 'raw ws, frames made once'

type FanOutRun = { name: ContenderName; round: number; figures: FanOutFigures }
/** The runs stand in the order in which they ran. */
type Level = { load: FanOutLoad; frameBytes: number; runs: FanOutRun[] }
type FanOutRaw = { versions: Record<string, string>; levels: Level[] }
type RunningContender = { name: ContenderName; fan: FanOut }

export const fanOut: Bench<FanOutRaw> = {
  name: 'fan-out',
  title: 'Fan-out: one event to many followers',
  async measure(options) {
    await using stack = new AsyncDisposableStack()
    const running: RunningContender[] = []
    const versions: Record<string, string> = {}
    for (const name of contenderNames) {
      const contender = stack.use(await start(name))
      Object.assign(versions, contender.versions)
      running.push({ name, fan: stack.use(await FanOut.open(contender)) })
    }
    const levels: Level[] = []
    for (const load of options.quick ? quickLoads : fullLoads) levels.push(await measureLevel(running, load, options))
    return { rounds: fanOutRounds(options), raw: { versions, levels } }
  },
  report: resultOf,
}

function fanOutRounds(options: BenchOptions): number {
  return roundsOf(options, wholeSquare(contenderNames.length))
}

/** All contenders stand ready with their followers; then they take turns. */
async function measureLevel(
  running: readonly RunningContender[],
  load: FanOutLoad,
  options: BenchOptions,
): Promise<Level> {
  const lengths = new Map<FanOut, number>()
  let frameBytes = 0
  for (const { fan } of running) {
    await fan.grow(load.followers)
    const bytes = await fan.warmUp(load, textLength)
    // The first is Deskbell, and its frame is the measure: the others say so much more or less that theirs is as long.
    frameBytes ||= bytes
    lengths.set(fan, textLength + frameBytes - bytes)
  }
  const runs: FanOutRun[] = []
  for (let round = 0; round < fanOutRounds(options); round += 1) {
    for (const { name, fan } of inTurns(running, round)) {
      await fan.prepare()
      const figures = await fan.run(load, lengths.get(fan) ?? textLength)
      runs.push({ name, round, figures })
      options.log(`${load.followers} followers, ${name}: ${figures.cpuUs.toFixed(1)} µs a delivery`)
    }
  }
  return { load, frameBytes, runs }
}

function start(name: ContenderName): Promise<Contender> {
  return name === 'Deskbell' ? startDeskbell() : startPeer(name)
}

function resultOf({ versions, levels }: FanOutRaw): BenchResult {
  const names = (levels[0]?.runs ?? []).map(({ name }) => name)
  const sizes = [...new Set(levels.map(({ frameBytes }) => frameBytes))].join(' or ')
  return {
    about: `One sender, all followers on one server process. The frame of a Deskbell event with a text of ${textLength} letters is
${sizes} bytes long, and the others' payloads are padded to the same length, to within a few digits of a number. Deskbell
checks, stores and commits every message and the sender waits for that (CPU time of PostgreSQL stands beside); the others
only pass it on. raw \`ws\` (${versions['ws']}) makes JSON and bytes once and frames them for each socket, *frames made once* writes a
ready frame to each, as Deskbell does, and is the floor; Socket.IO (${versions['socket.io']}) emits to a
room over websocket, *tuned* without the first HTTP request of each socket; tRPC (${versions['@trpc/server']}) is \`applyWSSHandler\` with an async generator for each client. Followers are \`ws\` sockets
in a process of their own that look for a number in the bytes and parse nothing. The work of a server that waits is in the
figures; the rates are so high that it does not weigh, but for one follower, where it and the sending do. A round counts only
when every follower got every message once. Deskbell's database is vacuumed and analyzed before each of its runs.
At each level: ${orderText(byRound(names, contenderNames.length))}`,
    tables: levels.map(tableOf),
    targets: levels.slice(-1).flatMap(targetsOf),
  }
}

function tableOf({ load, runs }: Level): BenchTable {
  const row = (name: ContenderName): string[] => {
    const own = runs.filter((run) => run.name === name)
    const of = (pick: (one: FanOutFigures) => number, digits: number) =>
      spreadText(spreadOf(own.map(({ figures }) => pick(figures))), digits)
    return [
      name,
      of((one) => one.cpuUs, 1),
      spreadText(spreadOf(ratios(runs, { name, to: floor })), 2),
      spreadText(spreadOf(ratios(runs, { name, to: 'raw ws' })), 2),
      name === 'Deskbell' ? of((one) => one.databaseUs, 1) : '–',
      of((one) => one.p50, 1),
      of((one) => one.p99, 1),
      of((one) => one.perSecond, 0),
    ]
  }
  return {
    caption: `${load.followers.toLocaleString('en')} followers, ${load.perSecond} messages a second for ${load.seconds} s`,
    columns: [
      '',
      'server, µs a delivery',
      'of frames made once',
      'of raw ws',
      'PostgreSQL, µs',
      'p50, ms',
      'p99, ms',
      'deliveries/s',
    ],
    rows: contenderNames.map(row),
  }
}

/** CPU a delivery of one by that of another, made within a round, since the machine changes between them. */
function ratios(runs: readonly FanOutRun[], { name, to }: { name: ContenderName; to: ContenderName }): number[] {
  const others = runs.filter((run) => run.name === to)
  return runs
    .filter((run) => run.name === name)
    .flatMap(({ round, figures }) => {
      const other = others.find((run) => run.round === round)
      return other === undefined ? [] : [figures.cpuUs / other.figures.cpuUs]
    })
}

function targetsOf({ load, runs }: Level): BenchTarget[] {
  const toRaw = spreadOf(ratios(runs, { name: 'Deskbell', to: 'raw ws' }))
  const toSocketIo = spreadOf(ratios(runs, { name: 'Deskbell', to: 'Socket.IO' }))
  const what = `CPU a delivery at ${load.followers.toLocaleString('en')} followers`
  return [
    { what, target: '≤ 1.15 × raw ws', measured: `${spreadText(toRaw, 2)} ×`, met: toRaw.median <= 1.15 },
    { what, target: 'below Socket.IO', measured: `${spreadText(toSocketIo, 2)} ×`, met: toSocketIo.median < 1 },
  ]
}
