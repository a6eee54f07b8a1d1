import { setTimeout as delay } from 'node:timers/promises'
import { DelayHistogram, type HistogramCounts } from '../../history/delay-histogram.ts'
import { startBenchPostgres } from '../suite/bench-postgres.ts'
import { startChildProgram } from '../suite/child-program.ts'
import { startProductServer } from '../suite/product-server.ts'
import type { GreedKind, GreedReading, NeighbourOrder, WriteReading } from './neighbour-clients.ts'

export type NeighbourOptions = { kind: GreedKind; accounts: number; sockets: number; calls: number; seconds: number }

export type NeighbourDelays = { sent: number; refused: number; sendP50: number; sendP99: number; readP99: number }

export type NeighbourReport = {
  calm: NeighbourDelays
  beside: NeighbourDelays
  /** Calls of the greedy accounts that were answered, and refused, a second. */
  greedyPerSecond: number
  greedyRefused: number
}

/** Long enough for the sockets of the greedy accounts to be busy. */
const warmMs = 1_000

/**
 * The delays of one client alone and beside greedy accounts, on a server without rate limits: they would slow the greedy
 * accounts down, and the turns between users would not be measured.
 */
export async function measureNeighbour({ seconds, ...greed }: NeighbourOptions): Promise<NeighbourReport> {
  await using stack = new AsyncDisposableStack()
  const postgres = stack.use(await startBenchPostgres())
  const { url } = stack.use(await startProductServer(postgres.connectionString))
  const start = () => stack.use(startChildProgram<NeighbourOrder>(new URL('neighbour-main.ts', import.meta.url)))
  const [neighbour, greedy] = [start(), start()]
  const write = async () => delaysOf((await neighbour.ask({ t: 'write', url, seconds })) as WriteReading)
  await neighbour.ask({ t: 'write', url, seconds: Math.min(seconds, 3) })
  const calm = await write()
  await greedy.ask({ t: 'greed', url, ...greed })
  const greedyAt = performance.now()
  await delay(warmMs)
  const beside = await write()
  const { answered, refused } = (await greedy.ask({ t: 'rest' })) as GreedReading
  const perSecond = 1_000 / (performance.now() - greedyAt)
  return { calm, beside, greedyPerSecond: answered * perSecond, greedyRefused: refused * perSecond }
}

function delaysOf({ sent, refused, sends, reads }: WriteReading): NeighbourDelays {
  const quantile = (counts: HistogramCounts, share: number) => {
    const histogram = new DelayHistogram()
    histogram.join(counts)
    return histogram.quantile(share) ?? 0
  }
  return {
    ...{ sent, refused },
    ...{ sendP50: quantile(sends, 0.5), sendP99: quantile(sends, 0.99), readP99: quantile(reads, 0.99) },
  }
}
