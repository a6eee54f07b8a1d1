import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DelayHistogram } from '../../history/delay-histogram.ts'
import type { LatencyOrder, LatencyReading } from '../latency/latency-clients.ts'
import { startBenchPostgres } from '../suite/bench-postgres.ts'
import { startChildProgram } from '../suite/child-program.ts'
import { usageOf } from '../suite/process-usage.ts'
import { startProductServer } from '../suite/product-server.ts'
import type { UploadOrder, UploadReading } from './upload-clients.ts'

export type UploadsOptions = {
  turns: number
  uploads: number
  bytes: number
  chats: number
  perSecond: number
  seconds: number
}

export type TickDelays = { sent: number; p50: number; p99: number }
export type UploadsTurn = {
  calm: TickDelays
  beside: TickDelays
  /** From the first byte to the last answer. */
  uploadSeconds: number
  /** The most that the server process took above what it had before, in bytes. */
  memoryBytes: number
}

const sampleMs = 50

/** Messages alone, and then while files arrive, in turns on one server. A delay is from the send to its tick. */
export async function measureUploads(options: UploadsOptions): Promise<UploadsTurn[]> {
  const { turns, uploads, bytes, chats, perSecond, seconds } = options
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'deskbell-uploads-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const postgres = stack.use(await startBenchPostgres())
  const server = stack.use(await startProductServer(postgres.connectionString, { DATA_DIR: dataDir }))
  const writers = stack.use(startChildProgram<LatencyOrder>(new URL('../latency/latency-main.ts', import.meta.url)))
  const senders = stack.use(startChildProgram<UploadOrder>(new URL('upload-main.ts', import.meta.url)))
  const write = async () => delaysOf((await writers.ask({ t: 'write', perSecond, seconds })) as LatencyReading)
  const upload = async () => (await senders.ask({ t: 'upload', bytes })) as UploadReading
  await writers.ask({ t: 'open', url: server.url, chats })
  await senders.ask({ t: 'sign-in', url: server.url, clients: uploads })
  // Neither the first messages nor the first files of a process are measured.
  await Promise.all([write(), upload()])
  const taken: UploadsTurn[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    const calm = await write()
    const memory = watchMemory(server.pid)
    const [beside, { seconds: uploadSeconds }] = await Promise.all([write(), upload()])
    taken.push({ calm, beside, uploadSeconds, memoryBytes: memory.stop() })
  }
  return taken
}

function watchMemory(pid: number): { stop(): number } {
  const before = usageOf(pid).residentBytes
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, usageOf(pid).residentBytes)
  }, sampleMs)
  return {
    stop() {
      clearInterval(timer)
      return most - before
    },
  }
}

function delaysOf({ sent, ticks }: LatencyReading): TickDelays {
  const histogram = new DelayHistogram()
  histogram.join(ticks)
  return { sent, p50: histogram.quantile(0.5) ?? 0, p99: histogram.quantile(0.99) ?? 0 }
}
