import { socketIoVersion } from '../peers/socket-io-version.ts'
import type { BenchResult, BenchTable, BenchTarget } from '../suite/bench.ts'
import { type Spread, spreadOf, spreadText } from '../suite/spread.ts'
import { yardstick } from './pgbench.ts'
import type { SendFigures, SendLevel, SendTimes } from './send-level.ts'

/** One contender at one level in one round. */
export type SendRun = { name: string; inFlight: number; round: number; figures: SendFigures }

/** The versions of what had to be found; null for what is not here. */
export type Gathered = { pgbench: string | null; ejabberd: string | null }

type Frame = Gathered & { rounds: number; levels: readonly SendLevel[]; times: SendTimes }

const product = 'Deskbell'
const peers = ['Socket.IO + pg', 'ejabberd']
const most = 512

export function sendsResult(runs: readonly SendRun[], frame: Frame): BenchResult {
  return {
    about: aboutText(frame),
    tables: frame.levels.map((level) => levelTable(runs, level)),
    targets: [
      ...timesPgbench.map((level) => rateTarget(runs, level)),
      waitTarget(runs),
      cpuTarget(runs),
      ...peers.flatMap((peer) => [peerTarget(runs, peer), peerWaitTarget(runs, peer)]),
    ],
    raw: runs,
  }
}

function levelTable(runs: readonly SendRun[], { inFlight, lines, perLine }: SendLevel): BenchTable {
  const atLevel = runs.filter((run) => run.inFlight === inFlight)
  const names = [...new Set([yardstick, product, ...peers, ...atLevel.map(({ name }) => name)])]
  return {
    caption: `${inFlight} in flight: ${lines} × ${perLine}`,
    columns: [
      ...['', 'messages/s', 'of pgbench', 'sender waits p50, ms', 'p99, ms'],
      ...['CPU a message: server, µs', 'PostgreSQL, µs', 'both, µs', 'load generator, µs'],
    ],
    rows: names.map((name) => rowOf(name, atLevel)),
  }
}

function rowOf(name: string, atLevel: readonly SendRun[]): string[] {
  const own = atLevel.filter((run) => run.name === name)
  if (own.length === 0) return [name, 'not measured: not installed', ...Array<string>(7).fill('')]
  const text = (figure: (figures: SendFigures) => number | null, digits: number) => {
    const values = own.flatMap(({ figures }) => figure(figures) ?? [])
    return values.length === 0 ? '–' : spreadText(spreadOf(values), digits)
  }
  const ratio = ratioOf(atLevel, { name, to: yardstick, figure: ({ perSecond }) => perSecond })
  return [
    name,
    `${text(({ perSecond }) => perSecond, 0)}${refusals(own)}`,
    ratio === null ? '–' : spreadText(ratio, 2),
    text(({ p50 }) => p50, 2),
    text(({ p99 }) => p99, 2),
    text(({ serverUs }) => serverUs, 0),
    text(({ databaseUs }) => databaseUs, 0),
    text(({ serverUs, databaseUs }) => (serverUs ?? 0) + databaseUs, 0),
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
  { inFlight: 16, times: 1.2 },
  { inFlight: 64, times: 2.2 },
  { inFlight: most, times: 3.5 },
] as const

function rateTarget(runs: readonly SendRun[], { inFlight, times }: (typeof timesPgbench)[number]): BenchTarget {
  const ratio = ratioAt(runs, inFlight, { name: product, to: yardstick, figure: ({ perSecond }) => perSecond })
  const what = `durable sends at ${inFlight} in flight`
  const target = `≥ ${times} × pgbench, one message a transaction`
  return targetOf(ratio, { what, target, met: (median) => median >= times })
}

const alone = 'a single sender, one at a time'

function waitTarget(runs: readonly SendRun[]): BenchTarget {
  const ratio = ratioAt(runs, 1, { name: product, to: yardstick, figure: ({ p50 }) => p50 })
  const target = 'p50 ≤ 1.3 × pgbench with one connection'
  return targetOf(ratio, { what: alone, target, met: (median) => median <= 1.3 })
}

function cpuTarget(runs: readonly SendRun[]): BenchTarget {
  const own = runs.filter(({ name, inFlight }) => name === product && inFlight === 1)
  const [what, target] = [`CPU of the server for ${alone}`, '≤ 700 µs a message']
  if (own.length === 0) return { what, target, measured: '–', met: null }
  const cpuUs = spreadOf(own.map(({ figures }) => figures.serverUs ?? 0))
  return { what, target, measured: `${spreadText(cpuUs, 0)} µs`, met: cpuUs.median <= 700 }
}

function peerTarget(runs: readonly SendRun[], peer: string): BenchTarget {
  const ratio = ratioAt(runs, most, { name: product, to: peer, figure: ({ perSecond }) => perSecond })
  const what = `durable sends at ${most} in flight`
  return targetOf(ratio, { what, target: `ahead of ${peer}`, met: (median) => median > 1 })
}

function peerWaitTarget(runs: readonly SendRun[], peer: string): BenchTarget {
  const ratio = ratioAt(runs, 1, { name: product, to: peer, figure: ({ p50 }) => p50 })
  return targetOf(ratio, { what: alone, target: `p50 below ${peer}`, met: (median) => median < 1 })
}

function ratioAt(runs: readonly SendRun[], inFlight: number, comparison: Comparison): Spread | null {
  const atLevel = runs.filter((run) => run.inFlight === inFlight)
  return ratioOf(atLevel, comparison)
}

type Claim = { what: string; target: string; met: (median: number) => boolean }

function targetOf(ratio: Spread | null, { what, target, met }: Claim): BenchTarget {
  if (ratio === null) return { what, target, measured: '–', met: null }
  return { what, target, measured: `${spreadText(ratio, 2)} ×`, met: met(ratio.median) }
}

function aboutText({ pgbench, ejabberd, rounds, times }: Frame): string {
  return `One PostgreSQL, the one that Deskbell brings with the settings that it gives it (\`fsync\` and \`synchronous_commit\` on),
with 1,000 chats; a message of about 76 characters goes to any of them. ${rounds} rounds; in each, at each level, everybody
once: a checkpoint, a server that is started for this run alone, ${times.warmMs / 1_000} s to get warm, ${times.measureMs / 1_000} s measured. A closed
loop: the next message of a place follows the acknowledgement of the last. **After every run the rows are counted: a run in
which the acknowledged messages are not exactly the stored ones is broken and ends the benchmark.** Load generator, server
and PostgreSQL share the two cores; the generator is a process of its own with raw \`ws\` sockets, as thin for each as it
can be.

- **pgbench** (${pgbench ?? 'not installed'}) runs the same transaction, one a message: lock the chat, look for a replay with a new
  snapshot, write message, chat and feed, commit; prepared statements, unix socket, two threads, one connection for each in
  flight. At 512 it runs with the number of clients that was the quickest in the same round.
- **Deskbell**: \`apps/server\` as it is shipped, one process, rate limits off, by unix socket. tRPC's frames over 32 sockets
  that are signed in as operators. The acknowledgement is the answer of \`messages.send\`, after the commit.
- **Socket.IO + pg** (${socketIoVersion}): the tutorial's server, \`src/bench/peers/naive-chat-server.ts\`, on the same tables, by unix
  socket, pool of 10, one transaction a message, acknowledged after the commit. It checks no session, validates nothing,
  looks for no replay and writes no feed.
- **ejabberd** (${ejabberd ?? 'not installed'}) with its archive (\`mod_mam\`, \`default: always\`) in a database of its own on the same PostgreSQL, by
  TCP on loopback because it knows no unix sockets; no traffic shaper. XMPP over WebSocket (RFC 7395) from pairs of people, one of whom
  writes; the other is there and gets the message, which the others here do not do. The writer asks for an acknowledgement
  of stream management (XEP-0198) behind every message. It follows the commit of the sender's copy while the database
  works, and says nothing about the receiver's copy; when the write itself is refused, ejabberd acknowledges all the same.`
}
