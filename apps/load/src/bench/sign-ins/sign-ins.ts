import { type Bench, roundsOf } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { measureSignIns, type SignInOptions, type SignInTurn } from './measure-sign-ins.ts'

type Plan = SignInOptions & { rounds: number }
type SignInsRaw = { plan: Plan; rounds: SignInTurn[][] }

const timesCalmMax = 2

export const signIns: Bench<SignInsRaw> = {
  name: 'sign-ins',
  title: 'A conversation while operators sign in all at once',
  async measure(options) {
    const plan = options.quick
      ? { rounds: 1, turns: 1, atOnce: 8, operators: 2, calmSeconds: 1 }
      : { rounds: roundsOf(options, 5), turns: 5, atOnce: 200, operators: 20, calmSeconds: 4 }
    const rounds: SignInTurn[][] = []
    for (let round = 0; round < plan.rounds; round += 1) {
      const turns = await measureSignIns(plan)
      for (const { calm, beside, storm } of turns) {
        const { signedIn, refused, seconds } = storm
        options.log(
          `round ${round + 1}: p99 ${calm.p99.toFixed(1)} ms calm, ${beside.p99.toFixed(1)} ms beside; ` +
            `${signedIn} signed in and ${refused} refused in ${seconds.toFixed(1)} s`,
        )
      }
      rounds.push(turns)
    }
    return { rounds: plan.rounds, raw: { plan, rounds } }
  },
  report({ plan, rounds }) {
    const turns = rounds.flat()
    const text = (figure: (turn: SignInTurn) => number, digits = 1) => spreadText(spreadOf(turns.map(figure)), digits)
    const times = spreadOf(turns.map(({ calm, beside }) => beside.p99 / calm.p99))
    return {
      about: `One server process with \`AUTH_MODE=secure\`, behind what it takes for a proxy. A guest writes a message every 20 ms, and waits for
none, to an operator who follows the chat by a socket: for ${plan.calmSeconds} s alone, and then beside ${plan.atOnce} sign-ins by password at once, of ${plan.operators}
operators and each from an address of its own, from the first sign-in to the last answer. A delay is from the call to the operator's
store. ${plan.rounds} rounds, each with a new server, of ${plan.turns} turns of calm and storm; a ratio is made within a turn, and a figure is that of
all turns. What is refused is answered with 429 or 503 and \`Retry-After\`. Server, PostgreSQL and both load generators share the cores.`,
      tables: [
        {
          caption: 'Delays in milliseconds, and what became of the sign-ins of a storm',
          columns: ['p50 calm', 'beside', 'p99 calm', 'beside', 'signed in', 'refused', 'seconds of a storm'],
          rows: [
            [
              text(({ calm }) => calm.p50),
              text(({ beside }) => beside.p50),
              text(({ calm }) => calm.p99),
              text(({ beside }) => beside.p99),
              text(({ storm }) => storm.signedIn, 0),
              text(({ storm }) => storm.refused, 0),
              text(({ storm }) => storm.seconds),
            ],
          ],
        },
      ],
      targets: [
        {
          what: `a message beside ${plan.atOnce} sign-ins at once`,
          target: `p99 ≤ ${timesCalmMax} × calm`,
          measured: `${spreadText(times, 1)} ×`,
          met: times.median <= timesCalmMax,
        },
      ],
    }
  },
}
