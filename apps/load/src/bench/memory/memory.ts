import { type Bench, type BenchResult, type BenchTarget, roundsOf } from '../suite/bench.ts'
import { byRound, inTurns, orderText, wholeSquare } from '../suite/in-turns.ts'
import { type Spread, spreadOf, spreadText } from '../suite/spread.ts'
import {
  type MemoryFigures,
  type MemoryName,
  type MemoryPlan,
  measureMemory,
  memoryNames,
  ownChats,
} from './measure-memory.ts'

const fullPlan: MemoryPlan = { warmUp: 300, sizes: [1_000, 5_000, 15_000], stableSamples: 6 }
const quickPlan: MemoryPlan = { warmUp: 50, sizes: [200], stableSamples: 2 }

/** The runs stand in the order in which they ran. */
type MemoryRaw = { plan: MemoryPlan; runs: MemoryRun[] }
type MemoryRun = { name: MemoryName; round: number; figures: MemoryFigures }

export const memory: Bench<MemoryRaw> = {
  name: 'memory',
  title: 'Memory of an idle connection with one subscription',
  async measure(options) {
    const plan = options.quick ? quickPlan : fullPlan
    const rounds = roundsOf(options, wholeSquare(memoryNames.length))
    const runs: MemoryRun[] = []
    for (let round = 0; round < rounds; round += 1) {
      for (const name of inTurns(memoryNames, round)) {
        const figures = await measureMemory(name, plan)
        runs.push({ name, round, figures })
        options.log(`${name}: ${figures.perConnection.map((bytes) => `${(bytes / 1024).toFixed(1)} KB`).join(', ')}`)
      }
    }
    return { rounds, raw: { plan, runs } }
  },
  report: resultOf,
}

function resultOf({ runs, plan }: MemoryRaw): BenchResult {
  const { warmUp, sizes } = plan
  const names = runs.map(({ name }) => name)
  const row = (name: MemoryName): string[] => {
    const figures = figuresOf(runs, name)
    const idle = spreadText(spreadOf(figures.map(({ idleBytes }) => idleBytes / 1024 ** 2)))
    const each = sizes.map((_, place) => spreadOf(figures.map((one) => (one.perConnection[place] ?? 0) / 1024)))
    return [name, idle, ...each.map((spread) => spreadText(spread, 1))]
  }
  return {
    about: `Resident memory of the server process (buffers of the kernel and PostgreSQL are not in it) with so many open sockets, less
that of the same process after ${warmUp} had come and gone, for each socket. Each has one subscription in which nothing is said. Every
server runs with the same \`--expose-gc\` and with the young generation of 4 MB that Deskbell has, collects its garbage on a
signal, and is measured when the number has stopped changing.
\`Deskbell\` has all followers in one chat as one user, which is what the peers do; \`${ownChats}\` is what
happens in life: each is another person, with presence, in another chat. \`Socket.IO, tuned\` does not keep the first HTTP request of a
socket, as its page about memory advises. ${orderText(byRound(names, memoryNames.length))}`,
    tables: [
      {
        caption: 'KB for each connection',
        columns: ['', 'without, MB', ...sizes.map((size) => size.toLocaleString('en'))],
        rows: memoryNames.map(row),
      },
    ],
    targets: (['Deskbell', ownChats] as const).flatMap((name) => targetsOf(runs, name, sizes)),
  }
}

function figuresOf(runs: readonly MemoryRun[], name: MemoryName): MemoryFigures[] {
  return runs.filter((run) => run.name === name).map(({ figures }) => figures)
}

function targetsOf(runs: readonly MemoryRun[], name: MemoryName, sizes: readonly number[]): BenchTarget[] {
  const last = sizes.length - 1
  const own = figuresOf(runs, name).map((one) => one.perConnection[last] ?? 0)
  const ratioTo = (peer: MemoryName) => {
    const peers = figuresOf(runs, peer)
    return spreadOf(own.map((bytes, round) => bytes / (peers[round]?.perConnection[last] ?? 0)))
  }
  const toSocketIo = ratioTo('Socket.IO')
  const what = `memory an idle connection at ${sizes.at(-1)?.toLocaleString('en')} (${name})`
  return [
    name === ownChats
      ? kilobytesTarget(what, spreadOf(own.map((bytes) => bytes / 1024)))
      : rawTarget(what, ratioTo('raw ws')),
    { what, target: 'below Socket.IO', measured: `${spreadText(toSocketIo, 2)} ×`, met: toSocketIo.median < 1 },
  ]
}

function kilobytesTarget(what: string, kilobytes: Spread): BenchTarget {
  return { what, target: '≤ 15 KB', measured: `${spreadText(kilobytes, 1)} KB`, met: kilobytes.median <= 15 }
}

function rawTarget(what: string, toRaw: Spread): BenchTarget {
  return { what, target: '≤ 1.5 × raw ws', measured: `${spreadText(toRaw, 2)} ×`, met: toRaw.median <= 1.5 }
}
