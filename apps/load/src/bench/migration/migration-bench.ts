import { setTimeout as delay } from 'node:timers/promises'
import { migrate } from '@deskbell/db/migration/migrate'
import { onDatabase } from '@deskbell/testkit/database/database-url'
import { migrationsWith } from '@deskbell/testkit/database/migrations-with'
import { startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { execute } from '@deskbell/testkit/execute'
import { growthCalls } from '../growth/growth-calls.ts'
import { type GrowthSite, makeDatabase, openSites } from '../growth/growth-site.ts'
import { fullSizes, type GrowthSize, quickSizes } from '../growth/growth-sizes.ts'
import { type Bench, type BenchOptions, type BenchResult, roundsOf } from '../suite/bench.ts'
import { byRound, inTurns, orderText } from '../suite/in-turns.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { type Sending, type SendReport, sendWhile } from './send-while.ts'

const index = 'idx_of_the_benchmark'
const ways = [
  { name: 'concurrently', statement: `create index concurrently ${index} on messages (user_id, id)` },
  { name: 'in a transaction', statement: `create index ${index} on messages (user_id, id)` },
] as const

type Way = (typeof ways)[number]
type Run = { way: Way; before: SendReport; during: SendReport }

/** How long a send may take at most while an index is built. */
const maxMs = 1_000
const sockets = 32
/** Two whole squares of two ways. */
const defaultRounds = 4

/** The runs stand in the order in which they ran. */
type MigrationRaw = { messages: string; runs: Run[] }

export const migrationBench: Bench<MigrationRaw> = {
  name: 'migration',
  title: 'Sends while a migration builds an index',
  async measure(options) {
    await using stack = new AsyncDisposableStack()
    const size = (options.quick ? quickSizes : fullSizes).at(-1)
    if (size === undefined) throw new Error('There is no size.')
    const postgres = stack.use(await startOwnPostgres())
    const connectionString = await makeDatabase(postgres, size)
    options.log(`${size.name} messages are filled in`)
    const admin = onDatabase(postgres.adminConnectionString, `growth_${size.messages}`)
    const runs = await measureAll({ size, connectionString, admin }, options)
    return { rounds: roundsOf(options, defaultRounds), raw: { messages: size.name, runs } }
  },
  report: ({ messages, runs }) => resultOf(messages, runs),
}

type Filled = { size: GrowthSize; connectionString: string; admin: string }

async function measureAll({ size, connectionString, admin }: Filled, options: BenchOptions): Promise<Run[]> {
  await using stack = new AsyncDisposableStack()
  const sites = await openSites(stack, { size, connectionString, sockets })
  const sending: Sending = { send: await anySend(sites), perSecond: 50 }
  const runs: Run[] = []
  for (let round = 0; round < roundsOf(options, defaultRounds); round += 1) {
    for (const way of inTurns(ways, round)) {
      const run = await measure(way, { connectionString, admin, sending, seconds: options.quick ? 1 : 20 })
      options.log(`round ${round + 1}, ${way.name}: ${JSON.stringify(run.during)}`)
      runs.push(run)
    }
  }
  return runs
}

/** Sends to any open chat, over the sockets in turns. */
async function anySend(sites: readonly GrowthSite[]): Promise<() => Promise<unknown>> {
  const call = growthCalls.find(({ group }) => group === 'send')
  if (call === undefined) throw new Error('There is nothing to send.')
  const sends = await Promise.all(sites.map((site) => call.prepare(site)))
  let next = 0
  return async () => await sends[next++ % sends.length]?.()
}

type Place = { connectionString: string; admin: string; sending: Sending; seconds: number }

/** Migrates as the first start of a later version would, and then takes it back. */
async function measure(way: Way, { connectionString, admin, sending, seconds }: Place): Promise<Run> {
  await using later = await migrationsWith(way.statement)
  await execute(admin, 'checkpoint')
  const [place] = await execute(admin, 'select max(id) as id from messages')
  const before = await sendWhile(sending, () => delay(seconds * 1_000))
  const during = await sendWhile(sending, () => migrate(connectionString, { migrationsFolder: later.folder }))
  const [stored] = await execute(admin, `select count(*) as sends from messages where id > ${String(place?.['id'])}`)
  checkStored(Number(stored?.['sends']), [before, during])
  await execute(admin, `drop index ${index}`)
  const newest = 'created_at = (select max(created_at) from drizzle.__drizzle_migrations)'
  await execute(admin, `delete from drizzle.__drizzle_migrations where ${newest}`)
  return { way, before, during }
}

/** A refused send may have been stored: its answer came too late. */
function checkStored(stored: number, reports: readonly SendReport[]): void {
  const sum = (figure: (report: SendReport) => number) => reports.reduce((total, report) => total + figure(report), 0)
  const acknowledged = sum((report) => report.acknowledged)
  const most = acknowledged + sum(({ refused }) => refused)
  if (stored >= acknowledged && stored <= most) return
  throw new Error(`The run is broken: ${acknowledged} sends were acknowledged, and ${stored} were stored.`)
}

function resultOf(messages: string, runs: readonly Run[]): BenchResult {
  const names = runs.map(({ way }) => way.name)
  const slowest = spreadOf(runs.filter(({ way }) => way.name === 'concurrently').map(({ during }) => during.max))
  return {
    about: `A database of ${messages} messages, filled by SQL with the skew of real traffic, and one server with the product's own
PostgreSQL. An operator with 32 sockets sends 50 messages a second to any of the open chats, whether the last one is answered or
not; the delay begins when a send is due. Meanwhile a second process migrates, as the first start of a later version: one
migration adds an index on \`messages (user_id, id)\`. Once it is built as every migration builds it (*concurrently*), and once by a plain
\`create index\` *in a transaction*, which is the yardstick. Stored messages are counted after each run.
${orderText(byRound(names, ways.length))}`,
    tables: [
      {
        caption: 'Sends, and milliseconds from the moment at which they are due until they are answered',
        columns: ['', 'seconds', 'acknowledged', 'refused', 'p50', 'p99', 'max'],
        rows: ways.flatMap((way) => {
          const own = runs.filter((run) => run.way.name === way.name)
          return [
            rowOf(
              `before ${way.name}`,
              own.map(({ before }) => before),
            ),
            rowOf(
              `during ${way.name}`,
              own.map(({ during }) => during),
            ),
          ]
        }),
      },
    ],
    targets: [
      {
        what: 'the slowest send while an index is built',
        target: `≤ ${maxMs} ms`,
        measured: `${spreadText(slowest)} ms`,
        met: slowest.median <= maxMs,
      },
    ],
  }
}

function rowOf(name: string, reports: readonly SendReport[]): string[] {
  const text = (figure: (report: SendReport) => number, digits = 0) => spreadText(spreadOf(reports.map(figure)), digits)
  return [
    ...[
      name,
      text(({ seconds }) => seconds, 1),
      text(({ acknowledged }) => acknowledged),
      text(({ refused }) => refused),
    ],
    ...[text(({ p50 }) => p50, 1), text(({ p99 }) => p99, 1), text(({ max }) => max)],
  ]
}
