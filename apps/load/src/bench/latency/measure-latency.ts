import { DelayHistogram, type HistogramCounts } from '../../history/delay-histogram.ts'
import { startChildProgram } from '../suite/child-program.ts'
import { startLoneServer } from '../suite/lone-server.ts'
import { usageOf, usageOfTree } from '../suite/process-usage.ts'
import type { LatencyOrder, LatencyReading } from './latency-clients.ts'

/** `warmSeconds` at the same rate come first and are not counted. */
export type LatencyOptions = { chats: number; perSecond: number; seconds: number; warmSeconds: number }

export type LatencyReport = {
  sent: number
  applied: number
  /** From the commit to the window, in milliseconds. */
  p50: number
  p99: number
  /** From the send to its tick. */
  tickP50: number
  tickP99: number
  /** CPU in microseconds a message. */
  serverUs: number
  databaseUs: number
  clientsUs: number
}

/**
 * From the commit to the window of everybody who looks, in milliseconds. The moment of an entry is taken under the
 * chat's lock, just before the commit, so the commit itself is counted too.
 */
export async function measureLatency(options: LatencyOptions): Promise<LatencyReport> {
  await using stack = new AsyncDisposableStack()
  const { server, postgres } = await startLoneServer(stack)
  const clients = stack.use(startChildProgram<LatencyOrder>(new URL('latency-main.ts', import.meta.url)))
  const ask = async (order: LatencyOrder) => reading(await clients.ask(order))
  const { chats, perSecond, seconds, warmSeconds } = options
  await ask({ t: 'open', url: server.url, chats })
  await ask({ t: 'write', perSecond, seconds: warmSeconds })
  const used = () =>
    [usageOfTree(server.pid), usageOfTree(postgres.pid), usageOf(clients.pid)].map(({ cpuUs }) => cpuUs)
  const before = used()
  const { sent, applied, ticks } = await ask({ t: 'write', perSecond, seconds })
  const [serverUs = 0, databaseUs = 0, clientsUs = 0] = used().map((us, nth) => (us - (before[nth] ?? 0)) / sent)
  const [seen, ticked] = [histogramOf(applied), histogramOf(ticks)]
  return {
    ...{ sent, applied: seen.count },
    ...{ p50: seen.quantile(0.5) ?? 0, p99: seen.quantile(0.99) ?? 0 },
    ...{ tickP50: ticked.quantile(0.5) ?? 0, tickP99: ticked.quantile(0.99) ?? 0 },
    ...{ serverUs, databaseUs, clientsUs },
  }
}

function histogramOf(counts: HistogramCounts): DelayHistogram {
  const histogram = new DelayHistogram()
  histogram.join(counts)
  return histogram
}

/** Our own program answers what the order promises. */
function reading(value: unknown): LatencyReading {
  return value as LatencyReading
}
