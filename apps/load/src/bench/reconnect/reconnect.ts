import { type Bench, type BenchResult, type BenchTable, type BenchTarget, roundsOf } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { type BurstReport, measureBurst } from './measure-burst.ts'
import { measureReconnect, type ReconnectReport } from './measure-reconnect.ts'

const awayMs = 800
const [p50Max, slowestMax] = [1_000, 1_500]

export const reconnect: Bench<ReconnectRaw> = {
  name: 'reconnect',
  title: 'Coming back all at once',
  async measure(options) {
    const { quick, log } = options
    const rounds = roundsOf(options, 3)
    const sockets = quick ? 50 : 2_000
    const [bursts, reports]: [BurstReport[], ReconnectReport[]] = [[], []]
    for (let round = 1; round <= rounds; round += 1) {
      const burst = await measureBurst({ sockets, missed: sockets / 10, awayMs })
      log(`round ${round}: half were back after ${Math.round(burst.p50)} ms, all after ${Math.round(burst.slowest)} ms`)
      bursts.push(burst)
      const report = await measureReconnect({ sockets, awayMs })
      log(`round ${round}, with SDKs: the slowest was back after ${Math.round(report.slowest)} ms`)
      reports.push(report)
    }
    return { rounds, raw: { bursts, reports, sockets } }
  },
  report: resultOf,
}

/** One of each a round, the burst first. */
type ReconnectRaw = { bursts: readonly BurstReport[]; reports: readonly ReconnectReport[]; sockets: number }

function resultOf({ bursts, reports, sockets }: ReconnectRaw): BenchResult {
  const missed = spreadText(spreadOf(reports.map((report) => report.missed)), 0)
  return {
    about: `${sockets} clients, each with a socket and a followed chat, are cut at the same moment. They sign in by their first
frame. Clients of the first table know no more than the bytes that they send; a tenth of them miss a message, and all connect at one
moment, without a delay. Those of the second have real SDKs in one process, which uses more of the machine than the server does: the
server cannot be reached for ${bursts[0]?.awayMs ?? awayMs} ms, and ${missed} messages are stored meanwhile. A client is back when it has every
entry and is live. ${reports.length} rounds, each with a new server.`,
    tables: [burstTable(bursts), sdkTable(reports)],
    targets: targetsOf(bursts),
  }
}

function burstTable(reports: readonly BurstReport[]): BenchTable {
  const text = texts(reports)
  return {
    caption: 'Clients that cost little: from the moment at which all connect until live and complete',
    columns: ['', ''],
    rows: [
      ['the first', `${text(({ first }) => first, 0)} ms`],
      ['p50', `${text(({ p50 }) => p50, 0)} ms`],
      ['p99', `${text(({ p99 }) => p99, 0)} ms`],
      ['the slowest', `${text(({ slowest }) => slowest, 0)} ms`],
      ['p50 of the slowest', text(({ p50, slowest }) => p50 / slowest, 2)],
      ['connections a client', text(({ connectionsEach }) => connectionsEach, 2)],
      ['CPU of the server a client', `${text(({ serverUsEach }) => serverUsEach, 0)} µs`],
      ['CPU of PostgreSQL a client', `${text(({ databaseUsEach }) => databaseUsEach, 0)} µs`],
      ['CPU of the clients, each', `${text(({ clientsUsEach }) => clientsUsEach, 0)} µs`],
    ],
  }
}

function sdkTable(reports: readonly ReconnectReport[]): BenchTable {
  const text = texts(reports)
  return {
    caption: 'SDKs: from the moment at which the server can be reached until live and complete',
    columns: ['', ''],
    rows: [
      ['p50', `${text(({ p50 }) => p50, 0)} ms`],
      ['p99', `${text(({ p99 }) => p99, 0)} ms`],
      ['the slowest', `${text(({ slowest }) => slowest, 0)} ms`],
      ['connections a client, attempts while it was away included', text(({ connectionsEach }) => connectionsEach, 2)],
      ['CPU of the server a client', `${text(({ serverUsEach }) => serverUsEach, 0)} µs`],
      ['CPU of the clients, each', `${text(({ clientsUsEach }) => clientsUsEach, 0)} µs`],
    ],
  }
}

function targetsOf(bursts: readonly BurstReport[]): BenchTarget[] {
  const p50 = spreadOf(bursts.map((burst) => burst.p50))
  const slowest = spreadOf(bursts.map((burst) => burst.slowest))
  const what = 'clients that come back at one moment'
  return [
    {
      what: `p50 of ${what}`,
      target: `≤ ${p50Max} ms`,
      measured: `${spreadText(p50, 0)} ms`,
      met: p50.median <= p50Max,
    },
    {
      what: `the slowest of ${what}`,
      target: `≤ ${slowestMax} ms`,
      measured: `${spreadText(slowest, 0)} ms`,
      met: slowest.median <= slowestMax,
    },
  ]
}

function texts<R>(reports: readonly R[]): (figure: (report: R) => number, digits: number) => string {
  return (figure, digits) => spreadText(spreadOf(reports.map(figure)), digits)
}
