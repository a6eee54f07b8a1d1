import { type Bench, roundsOf } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { measureSignIns, type SignInOptions, type SignInReport } from './measure-sign-ins.ts'

type Plan = SignInOptions & { rounds: number }
type SignInsRaw = { plan: Plan; reports: SignInReport[] }

const timesCalmMax = 2

export const signIns: Bench<SignInsRaw> = {
  name: 'sign-ins',
  title: 'A conversation while operators sign in all at once',
  async measure(options) {
    const plan = options.quick
      ? { rounds: 1, atOnce: 8, operators: 2, seconds: 1 }
      : { rounds: roundsOf(options, 5), atOnce: 200, operators: 20, seconds: 15 }
    const reports: SignInReport[] = []
    for (let round = 0; round < plan.rounds; round += 1) {
      const report = await measureSignIns(plan)
      const { calm, beside, signInsPerSecond } = report
      options.log(
        `round ${round + 1}: p99 ${calm.p99.toFixed(1)} ms calm, ${beside.p99.toFixed(1)} ms beside ` +
          `${signInsPerSecond.toFixed(0)} sign-ins/s`,
      )
      reports.push(report)
    }
    return { rounds: plan.rounds, raw: { plan, reports } }
  },
  report({ plan: { rounds, atOnce, operators, seconds }, reports }) {
    const text = (figure: (report: SignInReport) => number, digits = 1) =>
      spreadText(spreadOf(reports.map(figure)), digits)
    const times = spreadOf(reports.map(({ calm, beside }) => beside.p99 / calm.p99))
    return {
      about: `One server process with \`AUTH_MODE=secure\`, behind what it takes for a proxy. A guest writes a message every 20 ms and a bit for
${seconds} s to an operator who follows the chat by a socket: alone, and then while ${atOnce} sign-ins by password are in flight, of ${operators}
operators, each from an address of its own. A delay is from the call to the operator's store. ${rounds} rounds, each with a new server;
calm comes first in each, because a server forgets no sign-ins.`,
      tables: [
        {
          caption: 'Delays in milliseconds',
          columns: ['p50 calm', 'beside', 'p99 calm', 'beside', 'sign-ins/s', 'refused/s'],
          rows: [
            [
              text(({ calm }) => calm.p50),
              text(({ beside }) => beside.p50),
              text(({ calm }) => calm.p99),
              text(({ beside }) => beside.p99),
              text(({ signInsPerSecond }) => signInsPerSecond, 0),
              text(({ refusedPerSecond }) => refusedPerSecond, 0),
            ],
          ],
        },
      ],
      targets: [
        {
          what: `a message while ${atOnce} sign-ins are in flight`,
          target: `p99 ≤ ${timesCalmMax} × calm`,
          measured: `${spreadText(times, 1)} ×`,
          met: times.median <= timesCalmMax,
        },
      ],
    }
  },
}
