import { type Bench, type BenchResult, roundsOf } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { measureUploads, type UploadsOptions, type UploadsRound, type UploadsTurn } from './measure-uploads.ts'

type Plan = UploadsOptions & { rounds: number }
type UploadsRaw = { plan: Plan; rounds: UploadsRound[] }

const timesCalmMax = 2
const memoryMbMax = 100
const mega = 1_000_000

export const uploads: Bench<UploadsRaw> = {
  name: 'uploads',
  title: 'Messages while files arrive',
  async measure(options) {
    const plan = options.quick
      ? { rounds: 1, turns: 1, uploads: 2, bytes: 5 * mega, chats: 2, perSecond: 100, seconds: 1 }
      : { rounds: roundsOf(options, 4), turns: 4, uploads: 20, bytes: 10 * mega, chats: 20, perSecond: 500, seconds: 6 }
    const rounds: UploadsRound[] = []
    for (let nth = 0; nth < plan.rounds; nth += 1) {
      const round = await measureUploads(plan)
      for (const turn of round.turns) {
        const { order, calm, beside, uploadSeconds } = turn
        options.log(
          `round ${nth + 1}, ${order[0]} first: p99 ${calm.p99.toFixed(1)} ms calm, ${beside.p99.toFixed(1)} ms beside ` +
            `(${beside.sent} messages); files in ${uploadSeconds.toFixed(1)} s, ${moreMb(round, turn).toFixed(0)} MB more`,
        )
      }
      rounds.push(round)
    }
    return { rounds: plan.rounds, raw: { plan, rounds } }
  },
  report: ({ plan, rounds }) => resultOf(plan, rounds),
}

function resultOf(plan: Plan, rounds: readonly UploadsRound[]): BenchResult {
  const turns = rounds.flatMap((round) => round.turns)
  const text = (figure: (turn: UploadsTurn) => number, digits = 1) => spreadText(spreadOf(turns.map(figure)), digits)
  const times = spreadOf(turns.map(({ calm, beside }) => beside.p99 / calm.p99))
  // One figure a round: memory that was taken in a turn is still there in the next one.
  const memory = spreadOf(rounds.map((round) => Math.max(...round.turns.map((turn) => moreMb(round, turn)))))
  const calmFirst = turns.filter(({ order }) => order[0] === 'calm').length
  const balance = calmFirst * 2 === turns.length ? 'a balanced order' : '**not a balanced order**'
  const files = `${plan.uploads} files of ${plan.bytes / mega} MB`
  return {
    about: `One server process with files in a folder on its disk. ${plan.chats} clients write ${plan.perSecond} messages a second together for ${plan.seconds} s, alone
and while ${plan.uploads} others send a file of ${plan.bytes / mega} MB each over tus, all at once, in one request. A delay is from the send to its
tick; beside files only messages count that were sent between the first byte and the last answer. Before each half the files
are removed, the tables are vacuumed and analyzed, and a checkpoint is made. Memory is the most that the processes of the server
had with files, resident, above the most that they had with messages alone before the first file. Rounds: ${plan.rounds}, each with a
new server and ${plan.turns} turns; a ratio is made within a turn, a delay is that of all turns, and memory is the most of each round.
Calm came first in ${calmFirst} of ${turns.length} turns, ${balance}.
Server, PostgreSQL and both load generators share the cores.`,
    tables: [
      {
        caption: 'Delays in milliseconds, and what the files took',
        columns: [
          ...['p50 calm', 'beside', 'p99 calm', 'beside', 'most calm', 'beside'],
          ...['messages beside files', 'seconds for all files', 'MB more'],
        ],
        rows: [
          [
            text(({ calm }) => calm.p50),
            text(({ beside }) => beside.p50),
            text(({ calm }) => calm.p99),
            text(({ beside }) => beside.p99),
            text(({ calm }) => calm.most),
            text(({ beside }) => beside.most),
            text(({ beside }) => beside.sent, 0),
            text(({ uploadSeconds }) => uploadSeconds),
            spreadText(memory, 0),
          ],
        ],
      },
    ],
    targets: [
      {
        what: `a message beside ${files}`,
        target: `p99 ≤ ${timesCalmMax} × calm`,
        measured: `${spreadText(times, 1)} ×`,
        met: times.median <= timesCalmMax,
      },
      {
        what: `memory of the server beside ${files}`,
        target: `≤ ${memoryMbMax} MB more`,
        measured: `${spreadText(memory, 0)} MB`,
        met: memory.median <= memoryMbMax,
      },
    ],
  }
}

function moreMb({ memoryBytes }: UploadsRound, turn: UploadsTurn): number {
  return (turn.memoryBytes - memoryBytes) / mega
}
