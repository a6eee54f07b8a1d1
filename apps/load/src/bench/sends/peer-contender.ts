import { setTimeout as delay } from 'node:timers/promises'
import { DelayHistogram } from '../../history/delay-histogram.ts'
import { type ChildProgram, startChildProgram } from '../suite/child-program.ts'
import { usageOf, usageOfTree } from '../suite/process-usage.ts'
import type { Credentials } from './connections/send-connection.ts'
import { type SendField, sampleText } from './send-field.ts'
import type { SendContender, SendFigures, SendLevel, SendTimes } from './send-level.ts'
import type { ConnectionKind, SendOrder, SendReading } from './send-load.ts'
import { requireStored, type StoredCount } from './stored-count.ts'

/** A server that is started for one run, so that nobody else is at work while it is measured. */
export type RunningPeer = AsyncDisposable & { readonly pid: number; credentials(count: number): Promise<Credentials[]> }

export type SendPeer = {
  name: string
  kind: ConnectionKind
  /** It keeps messages in files of its own and not in PostgreSQL. */
  keepsItself?: true
  start(): Promise<RunningPeer>
  /** Begins to count the rows of messages, in whatever table it keeps them. */
  count(): Promise<StoredCount>
}

type Run = { level: SendLevel; times: SendTimes }

/** Messages from a process of clients through a server into PostgreSQL, and the acknowledgement back. */
export function peerContender(peer: SendPeer, field: SendField): SendContender {
  return { name: peer.name, run: (level, times) => runLines(peer, field, { level, times }) }
}

async function runLines(peer: SendPeer, field: SendField, { level, times }: Run): Promise<SendFigures> {
  await using stack = new AsyncDisposableStack()
  const stored = await peer.count()
  const server = stack.use(await peer.start())
  const load = stack.use(startChildProgram<SendOrder>(new URL('send-main.ts', import.meta.url)))
  const ask = async (order: SendOrder) => reading(await load.ask(order))
  const { chatIds } = field
  const credentials = await server.credentials(level.lines)
  await ask({ t: 'begin', kind: peer.kind, credentials, perLine: level.perLine, text: sampleText, chatIds })
  await delay(times.warmMs)
  await ask({ t: 'read' })
  const used = cpuOf({ field, server, load })
  await delay(times.measureMs)
  const { acknowledged, unavailable, ms, delays } = await ask({ t: 'read' })
  const usedUs = used()
  const whole = await ask({ t: 'end' })
  requireStored(peer.name, { ...whole, stored: await stored.since() })
  const histogram = new DelayHistogram()
  histogram.join(delays)
  return {
    perSecond: (acknowledged * 1_000) / ms,
    ...{ p50: histogram.quantile(0.5) ?? 0, p99: histogram.quantile(0.99) ?? 0 },
    unavailable,
    serverUs: usedUs.server / acknowledged,
    databaseUs: peer.keepsItself ? null : usedUs.database / acknowledged,
    senderUs: usedUs.sender / acknowledged,
  }
}

/** What each of the three has used between this call and the answer's. */
function cpuOf({ field, server, load }: { field: SendField; server: RunningPeer; load: ChildProgram<SendOrder> }) {
  const read = () => ({
    server: usageOfTree(server.pid).cpuUs,
    database: usageOfTree(field.postgres.pid).cpuUs,
    sender: usageOf(load.pid).cpuUs,
  })
  const before = read()
  return () => {
    const after = read()
    return {
      server: after.server - before.server,
      database: after.database - before.database,
      sender: after.sender - before.sender,
    }
  }
}

/** Our own program answers what the order promises. */
function reading(value: unknown): SendReading {
  return value as SendReading
}
