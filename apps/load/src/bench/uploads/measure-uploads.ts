import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from '@deskbell/testkit/execute'
import type { LatencyOrder, LatencyReading } from '../latency/latency-clients.ts'
import { startBenchPostgres } from '../suite/bench-postgres.ts'
import { startChildProgram } from '../suite/child-program.ts'
import { inTurns } from '../suite/in-turns.ts'
import { usageOfTree } from '../suite/process-usage.ts'
import { startProductServer } from '../suite/product-server.ts'
import { type TickDelays, ticksBetween } from './ticks-between.ts'
import type { UploadOrder, UploadReading } from './upload-clients.ts'

export type UploadsOptions = {
  turns: number
  uploads: number
  bytes: number
  chats: number
  perSecond: number
  seconds: number
}

export type UploadsHalf = 'calm' | 'beside'
const halves: readonly UploadsHalf[] = ['calm', 'beside']

export type UploadsTurn = {
  /** In which the halves ran. */
  order: readonly UploadsHalf[]
  calm: TickDelays
  /** Only of messages that were sent while files arrived. */
  beside: TickDelays
  /** From the first byte to the last answer. */
  uploadSeconds: number
  /** The most that the processes of the server had, resident, while files arrived. */
  memoryBytes: number
}

export type UploadsRound = {
  /** The most that they had while messages were sent, before the first file. */
  memoryBytes: number
  turns: readonly UploadsTurn[]
}

const sampleMs = 50
const warmWrites = 3

/**
 * Messages alone and while files arrive, in turns on one server; calm comes first in every other turn. A delay is from the
 * send to its tick.
 */
export async function measureUploads(options: UploadsOptions): Promise<UploadsRound> {
  const { turns, uploads, bytes, chats, perSecond, seconds } = options
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'deskbell-uploads-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const postgres = stack.use(await startBenchPostgres())
  const server = stack.use(await startProductServer(postgres.connectionString, { DATA_DIR: dataDir }))
  const writers = stack.use(startChildProgram<LatencyOrder>(new URL('../latency/latency-main.ts', import.meta.url)))
  const senders = stack.use(startChildProgram<UploadOrder>(new URL('upload-main.ts', import.meta.url)))
  const write = async () => {
    const { stamped = [] } = (await writers.ask({ t: 'write', perSecond, seconds, isStamped: true })) as LatencyReading
    return stamped
  }
  const upload = async () => (await senders.ask({ t: 'upload', bytes })) as UploadReading
  const prepare = async () => {
    await senders.ask({ t: 'remove' })
    await execute(postgres.adminOf('deskbell'), 'vacuum (analyze)')
    await execute(postgres.adminOf('deskbell'), 'checkpoint')
  }
  await writers.ask({ t: 'open', url: server.url, chats })
  await senders.ask({ t: 'sign-in', url: server.url, clients: uploads })
  const before = watchMemory(server.pid)
  // Neither the first messages nor the first files of a process are timed. Until then its memory is that of messages alone,
  // which are so many that the heap has the size that they need.
  for (let nth = 0; nth < warmWrites; nth += 1) await write()
  const memoryBytes = before.stop()
  await Promise.all([write(), upload()])
  const taken: UploadsTurn[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    const order = inTurns(halves, turn)
    const found: Partial<Record<UploadsHalf, TickDelays>> = {}
    let [uploadSeconds, most] = [0, 0]
    for (const half of order) {
      await prepare()
      if (half === 'calm') {
        found.calm = ticksBetween(await write())
        continue
      }
      const memory = watchMemory(server.pid)
      const [stamped, { from, to }] = await Promise.all([write(), upload()])
      most = memory.stop()
      uploadSeconds = (to - from) / 1_000
      found.beside = ticksBetween(stamped, { from, to })
    }
    const { calm, beside } = found
    if (calm === undefined || beside === undefined) throw new Error('A turn has two halves.')
    taken.push({ order, calm, beside, uploadSeconds, memoryBytes: most })
  }
  return { memoryBytes, turns: taken }
}

function watchMemory(pid: number): { stop(): number } {
  let most = 0
  const look = () => {
    most = Math.max(most, usageOfTree(pid).residentBytes)
  }
  look()
  const timer = setInterval(look, sampleMs)
  return {
    stop() {
      clearInterval(timer)
      look()
      return most
    },
  }
}
