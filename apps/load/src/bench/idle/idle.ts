import { setTimeout as delay } from 'node:timers/promises'
import { startReaders } from '../fan-out/reader-process.ts'
import { startDeskbell } from '../fan-out/start-deskbell.ts'
import { makeManyClients } from '../memory/many-clients.ts'
import { type Bench, roundsOf } from '../suite/bench.ts'
import { usageOf, usageOfTree } from '../suite/process-usage.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'

type IdlePlan = { sizes: readonly number[]; settleSeconds: number; seconds: number }

const fullPlan: IdlePlan = { sizes: [1_000, 15_000], settleSeconds: 25, seconds: 30 }
const quickPlan: IdlePlan = { sizes: [100], settleSeconds: 1, seconds: 2 }
/** Of the server, in ms a second: 3 % of a core. */
const targetMs = 30

/** CPU time in ms a second. */
type Figures = { server: number; database: number }

/** A figure for each size, for each round. */
type IdleRaw = { plan: IdlePlan; rounds: Figures[][] }

export const idle: Bench<IdleRaw> = {
  name: 'idle',
  title: 'Followed chats in which nothing happens',
  async measure(options) {
    const plan = options.quick ? quickPlan : fullPlan
    const rounds: Figures[][] = []
    for (let round = 0; round < roundsOf(options, 3); round += 1) {
      const figures = await measureIdle(plan)
      rounds.push(figures)
      options.log(figures.map((one) => `${one.server.toFixed(0)} + ${one.database.toFixed(0)} ms/s`).join(', '))
    }
    return { rounds: rounds.length, raw: { plan, rounds } }
  },
  report({ plan, rounds }) {
    const spread = (place: number, of: keyof Figures) => spreadOf(rounds.map((figures) => figures[place]?.[of] ?? 0))
    const last = spread(plan.sizes.length - 1, 'server')
    return {
      about: `CPU time of one server process and of its PostgreSQL, for ${plan.seconds} s in which nobody writes. Each socket is another
client that follows another chat. What is left to do is the search for what hints did not bring, the check of the sessions, and
presence.`,
      tables: [
        {
          caption: 'CPU, ms a second',
          columns: ['chats', 'server', 'PostgreSQL'],
          rows: plan.sizes.map((size, place) => [
            size.toLocaleString('en'),
            spreadText(spread(place, 'server')),
            spreadText(spread(place, 'database')),
          ]),
        },
      ],
      targets: [
        {
          what: `the server with ${plan.sizes.at(-1)?.toLocaleString('en')} followed chats in which nothing happens`,
          target: `≤ ${targetMs} ms of CPU a second`,
          measured: `${spreadText(last)} ms`,
          met: last.median <= targetMs,
        },
      ],
    }
  },
}

async function measureIdle({ sizes, settleSeconds, seconds }: IdlePlan): Promise<Figures[]> {
  await using stack = new AsyncDisposableStack()
  const contender = stack.use(await startDeskbell())
  const { pid, databasePid } = contender
  if (databasePid === null) throw new Error('The processes of PostgreSQL are not known.')
  const clients = await makeManyClients(contender.db, Math.max(...sizes))
  const readers = stack.use(startReaders())
  const figures: Figures[] = []
  let open = 0
  for (const size of sizes) {
    await readers.open(contender, clients.slice(open, size))
    open = size
    // The grace period of presence and the statistics of the new rows.
    await delay(settleSeconds * 1_000)
    const usage = () => [usageOf(pid).cpuUs, usageOfTree(databasePid).cpuUs] as const
    const before = usage()
    await delay(seconds * 1_000)
    const after = usage()
    const perSecond = (place: 0 | 1) => (after[place] - before[place]) / 1_000 / seconds
    figures.push({ server: perSecond(0), database: perSecond(1) })
  }
  const { complaint } = await readers.count(0)
  if (complaint !== null) throw new Error(`A socket is broken: ${complaint}.`)
  return figures
}
