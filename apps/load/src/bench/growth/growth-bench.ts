import { startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { type Bench, type BenchOptions, type BenchResult, type BenchTarget, roundsOf } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { type GrowthCall, growthCalls } from './growth-calls.ts'
import { type GrowthSite, makeDatabase, openSite } from './growth-site.ts'
import { fullSizes, type GrowthSize, quickSizes } from './growth-sizes.ts'

/** How slow the largest may be, as a multiple of the smallest. */
const ratioMax = 1.2

/** The medians of a call in one round in milliseconds, for each size in its order. */
type GrowthRun = Pick<GrowthCall, 'name' | 'group'> & { round: number; medians: number[] }
/** The runs stand in the order in which they ran. */
export type GrowthRaw = { sizes: readonly GrowthSize[]; runs: GrowthRun[] }

export const growthBench: Bench<GrowthRaw> = {
  name: 'growth',
  title: 'Pages and sends while the tables grow',
  async measure(options) {
    await using stack = new AsyncDisposableStack()
    const postgres = stack.use(await startOwnPostgres())
    const sites: GrowthSite[] = []
    for (const size of options.quick ? quickSizes : fullSizes) {
      const startedAt = performance.now()
      const connectionString = await makeDatabase(postgres, size)
      sites.push(await openSite(stack, size, connectionString))
      options.log(`${size.name} messages: filled in ${Math.round((performance.now() - startedAt) / 1000)} s`)
    }
    const runs = await measureGrowth(sites, options)
    return { rounds: growthRounds(options), raw: { sizes: sites.map(({ size }) => size), runs } }
  },
  report: resultOf,
}

function growthRounds(options: BenchOptions): number {
  return roundsOf(options, 7)
}

async function measureGrowth(sites: readonly GrowthSite[], options: BenchOptions): Promise<GrowthRun[]> {
  const { quick, log } = options
  const rounds = growthRounds(options)
  const repeats = quick ? 5 : 100
  const runs: GrowthRun[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const call of growthCalls) {
      const medians = await mediansInTurns(await Promise.all(sites.map((site) => call.prepare(site))), repeats)
      runs.push({ name: call.name, group: call.group, round, medians })
    }
    log(`round ${round + 1} of ${rounds}`)
  }
  return runs
}

/** Call by call in turns, not in blocks: a neighbour that wakes for a second then harms all sizes alike. */
async function mediansInTurns(calls: readonly (() => Promise<unknown>)[], repeats: number): Promise<number[]> {
  for (let warm = 0; warm < repeats / 5; warm += 1) for (const call of calls) await call()
  const times: number[][] = calls.map(() => [])
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const [place, call] of calls.entries()) {
      const startedAt = performance.now()
      await call()
      times[place]?.push(performance.now() - startedAt)
    }
  }
  return times.map((values) => spreadOf(values).median)
}

export function resultOf({ sizes, runs }: GrowthRaw): BenchResult {
  const names = [...new Set(runs.map(({ name }) => name))]
  const largest = sizes.at(-1)
  return {
    about: `One PostgreSQL with the product's settings, a database and a server for each size, filled by SQL with the skew of real
traffic: one chat has a twentieth of all messages, every thousandth is long, most have a few and are closed. An operator
at a socket of tRPC's own client calls one after the other; the sizes take turns. Short chats and the targets of sends
are picked at random, so in the largest database most are in nobody's cache but the machine's.`,
    tables: [
      {
        caption: 'Milliseconds of a call, by messages in the database',
        columns: ['call', ...sizes.map(({ name }) => name), `${largest?.name} by ${sizes[0]?.name}`],
        rows: names.map((name) => {
          const own = runs.filter((run) => run.name === name)
          const bySize = sizes.map((_, place) => own.map(({ medians }) => medians[place] ?? Number.NaN))
          return [
            name,
            ...bySize.map((values) => spreadText(spreadOf(values), 2)),
            spreadText(spreadOf(own.map(ratio)), 2),
          ]
        }),
      },
    ],
    targets: (['history page', 'inbox page', 'send'] as const).map((group) => targetOf(group, runs)),
  }
}

/** The worst of a group's lines. */
function targetOf(group: GrowthCall['group'], runs: readonly GrowthRun[]): BenchTarget {
  const own = runs.filter((run) => run.group === group)
  const names = [...new Set(own.map(({ name }) => name))]
  const spreads = names.map((name) => spreadOf(own.filter((run) => run.name === name).map(ratio)))
  const worst = spreads.reduce((a, b) => (b.median > a.median ? b : a))
  return {
    what: `${group}: the largest database by the smallest`,
    target: `≤ ${ratioMax} ×`,
    measured: `${spreadText(worst, 2)} ×`,
    met: worst.median <= ratioMax,
  }
}

/** The largest by the smallest of the same round: both had the same neighbours. */
function ratio({ medians }: GrowthRun): number {
  return (medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN)
}
