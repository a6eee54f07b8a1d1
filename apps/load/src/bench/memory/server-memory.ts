import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { waitFor } from '@deskbell/testkit/wait-for'
import { FanOut, type FanOutLoad } from '../fan-out/measure-fan-out.ts'
import { contenderOn } from '../fan-out/start-deskbell.ts'
import { type Bench, type BenchTarget, roundsOf } from '../suite/bench.ts'
import { usageOf } from '../suite/process-usage.ts'
import { type ProductServer, startProductServer } from '../suite/product-server.ts'
import { type Spread, spreadOf, spreadText } from '../suite/spread.ts'
import { settledMemory } from './settled-memory.ts'

const targetMb = { idle: 110, after: 180 }
const textLength = 300
const fullLoads: FanOutLoad[] = [
  { followers: 1, perSecond: 400, seconds: 8 },
  { followers: 2_000, perSecond: 10, seconds: 8 },
]
const quickLoads: FanOutLoad[] = [{ followers: 100, perSecond: 20, seconds: 1 }]

type Figures = { idle: number; busiest: number; after: number }

type ServerMemoryRaw = { loads: readonly FanOutLoad[]; rounds: Figures[] }

export const serverMemory: Bench<ServerMemoryRaw> = {
  name: 'process',
  title: 'Memory of the server process',
  async measure(options) {
    const { quick, log } = options
    const cache = await mkdtemp(join(tmpdir(), 'dbc-'))
    const env = { NODE_COMPILE_CACHE: cache }
    await fillCache(env)
    const loads = quick ? quickLoads : fullLoads
    const rounds: Figures[] = []
    for (let round = 0; round < roundsOf(options, 3); round += 1) {
      const figures = await measureOnce(env, loads)
      rounds.push(figures)
      log(`${megabytes(figures.idle)} MB idle, ${megabytes(figures.busiest)} MB under load`)
    }
    await rm(cache, { recursive: true, force: true })
    return { rounds: rounds.length, raw: { loads, rounds } }
  },
  report({ loads, rounds }) {
    const of = (pick: (one: Figures) => number) => spreadOf(rounds.map((one) => pick(one) / 1024 ** 2))
    const idle = of((one) => one.idle)
    const busy = loads.map(({ followers, perSecond, seconds }) => `${perSecond}/s to ${followers} for ${seconds} s`)
    return {
      about: `One server process, resident, without PostgreSQL, started like \`npm start\` for the second time. At idle: ready, quiet, and not used yet.
Under load: the most that was seen after each of ${busy.join(', ')}. After: all sockets closed, and quiet again.`,
      tables: [
        {
          caption: 'MB resident',
          columns: ['at idle', 'under load', 'after'],
          rows: [[idle, of((one) => one.busiest), of((one) => one.after)].map((spread) => spreadText(spread))],
        },
      ],
      targets: [
        residentTarget('server process at idle', idle, targetMb.idle),
        residentTarget(
          'server process after load',
          of((one) => one.after),
          targetMb.after,
        ),
      ],
    }
  },
}

function residentTarget(what: string, spread: Spread, mostMb: number): BenchTarget {
  const measured = `${spreadText(spread)} MB`
  return { what, target: `≤ ${mostMb} MB resident`, measured, met: spread.median <= mostMb }
}

/** `npm start` lets Node keep what it has compiled, which Node does at an end in good order. */
async function fillCache(env: Record<string, string>): Promise<void> {
  await using postgres = await startOwnPostgres()
  await using server = await startProductServer(postgres.connectionString, env)
  process.kill(server.pid, 'SIGTERM')
  await waitFor(() => usageOf(server.pid).residentBytes === 0, { timeoutMs: 30_000, what: 'the server has ended' })
}

async function measureOnce(env: Record<string, string>, loads: readonly FanOutLoad[]): Promise<Figures> {
  await using postgres = await startOwnPostgres()
  await using server = await startProductServer(postgres.connectionString, env)
  const idle = await settledMemory(server.pid)
  const busiest = await loadedMemory(postgres.connectionString, server, loads)
  return { idle, busiest, after: await settledMemory(server.pid) }
}

/** The most that was resident after any of the loads. */
async function loadedMemory(
  connectionString: string,
  server: ProductServer,
  loads: readonly FanOutLoad[],
): Promise<number> {
  await using contender = await contenderOn(connectionString, server)
  await using fan = await FanOut.open(contender)
  let most = 0
  for (const load of loads) {
    await fan.grow(load.followers)
    await fan.run(load, textLength)
    most = Math.max(most, usageOf(server.pid).residentBytes)
  }
  return most
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2)
}
