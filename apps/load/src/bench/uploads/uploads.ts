import { type Bench, roundsOf } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { measureUploads, type UploadsOptions, type UploadsTurn } from './measure-uploads.ts'

type Plan = UploadsOptions & { rounds: number }
type UploadsRaw = { plan: Plan; rounds: UploadsTurn[][] }

const timesCalmMax = 2
const memoryMbMax = 100
const mega = 1_000_000

export const uploads: Bench<UploadsRaw> = {
  name: 'uploads',
  title: 'Messages while files arrive',
  async measure(options) {
    const plan = options.quick
      ? { rounds: 1, turns: 1, uploads: 2, bytes: 100_000, chats: 2, perSecond: 20, seconds: 1 }
      : { rounds: roundsOf(options, 3), turns: 5, uploads: 20, bytes: 10 * mega, chats: 20, perSecond: 500, seconds: 6 }
    const rounds: UploadsTurn[][] = []
    for (let round = 0; round < plan.rounds; round += 1) {
      const turns = await measureUploads(plan)
      for (const { calm, beside, uploadSeconds, memoryBytes } of turns) {
        options.log(
          `round ${round + 1}: p99 ${calm.p99.toFixed(1)} ms calm, ${beside.p99.toFixed(1)} ms beside; ` +
            `files in ${uploadSeconds.toFixed(1)} s, ${(memoryBytes / mega).toFixed(0)} MB more`,
        )
      }
      rounds.push(turns)
    }
    return { rounds: plan.rounds, raw: { plan, rounds } }
  },
  report({ plan, rounds }) {
    const turns = rounds.flat()
    const text = (figure: (turn: UploadsTurn) => number, digits = 1) => spreadText(spreadOf(turns.map(figure)), digits)
    const times = spreadOf(turns.map(({ calm, beside }) => beside.p99 / calm.p99))
    const memory = spreadOf(turns.map(({ memoryBytes }) => memoryBytes / mega))
    return {
      about: `One server process with files in a folder on its disk. ${plan.chats} clients write ${plan.perSecond} messages a second together for ${plan.seconds} s, alone
and then while ${plan.uploads} others send a file of ${plan.bytes / mega} MB each over tus, all at once, in one request. A delay is from the send to its
tick; the files take a part of the time of a turn. Memory is the most that the server process had, resident, above what it
had before the files. ${plan.rounds} rounds, each with a new server, of ${plan.turns} turns; a ratio is made within a turn, and a figure is that of all turns.
Server, PostgreSQL and both load generators share the cores.`,
      tables: [
        {
          caption: 'Delays in milliseconds, and what the files took',
          columns: ['p50 calm', 'beside', 'p99 calm', 'beside', 'seconds for all files', 'MB more'],
          rows: [
            [
              text(({ calm }) => calm.p50),
              text(({ beside }) => beside.p50),
              text(({ calm }) => calm.p99),
              text(({ beside }) => beside.p99),
              text(({ uploadSeconds }) => uploadSeconds),
              spreadText(memory, 0),
            ],
          ],
        },
      ],
      targets: [
        {
          what: `a message beside ${plan.uploads} files of ${plan.bytes / mega} MB`,
          target: `p99 ≤ ${timesCalmMax} × calm`,
          measured: `${spreadText(times, 1)} ×`,
          met: times.median <= timesCalmMax,
        },
        {
          what: `memory of the server beside ${plan.uploads} files of ${plan.bytes / mega} MB`,
          target: `≤ ${memoryMbMax} MB more`,
          measured: `${spreadText(memory, 0)} MB`,
          met: memory.median <= memoryMbMax,
        },
      ],
    }
  },
}
