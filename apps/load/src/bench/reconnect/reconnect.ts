import { type Bench, type BenchResult, roundsOf } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { measureReconnect, type ReconnectReport } from './measure-reconnect.ts'

const awayMs = 800

export const reconnect: Bench = {
  name: 'reconnect',
  title: 'Coming back all at once',
  async run(options) {
    const { quick, log } = options
    const rounds = roundsOf(options, 3)
    const sockets = quick ? 50 : 2_000
    const reports: ReconnectReport[] = []
    for (let round = 0; round < rounds; round += 1) {
      const report = await measureReconnect({ sockets, awayMs })
      log(`round ${round + 1}: the slowest was back after ${Math.round(report.slowest)} ms`)
      reports.push(report)
    }
    return resultOf(reports, sockets)
  },
}

function resultOf(reports: readonly ReconnectReport[], sockets: number): BenchResult {
  const text = (figure: (report: ReconnectReport) => number, digits: number) =>
    spreadText(spreadOf(reports.map(figure)), digits)
  return {
    about: `${sockets} clients with real SDKs in one process, each with a socket and a followed chat, are cut at the same moment. The
server cannot be reached for ${awayMs} ms, and ${text(({ missed }) => missed, 0)} messages are stored meanwhile. A client is back when it is online
and has every entry. ${reports.length} rounds, each with a new server.`,
    tables: [
      {
        caption: 'From the moment at which it can be reached until live and complete',
        columns: ['', ''],
        rows: [
          ['p50', `${text(({ p50 }) => p50, 0)} ms`],
          ['p99', `${text(({ p99 }) => p99, 0)} ms`],
          ['the slowest', `${text(({ slowest }) => slowest, 0)} ms`],
          [
            'connections a client, attempts while it was away included',
            text(({ connectionsEach }) => connectionsEach, 2),
          ],
          ['CPU of the server a client', `${text(({ serverUsEach }) => serverUsEach, 0)} µs`],
        ],
      },
    ],
    targets: [],
    raw: reports,
  }
}
