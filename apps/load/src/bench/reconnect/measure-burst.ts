import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '@deskbell/db/database'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { z } from 'zod'
import { DelayHistogram } from '../../history/delay-histogram.ts'
import { inParallel } from '../in-parallel.ts'
import { makeManyClients } from '../memory/many-clients.ts'
import { startChildProgram } from '../suite/child-program.ts'
import { startLoneServer } from '../suite/lone-server.ts'
import { type Usage, usageOf, usageOfTree } from '../suite/process-usage.ts'
import type { BurstOrder } from './burst-clients.ts'

/** `missed`: so many clients miss a message while they are away. */
export type BurstOptions = { sockets: number; missed: number; awayMs: number }
export type BurstReport = BurstOptions & {
  /** Milliseconds from the moment at which all connect until a client is live and complete. */
  first: number
  p50: number
  p99: number
  slowest: number
  connectionsEach: number
  /** CPU in microseconds a client, until the last is back. */
  serverUsEach: number
  databaseUsEach: number
  clientsUsEach: number
}

const returnSchema = z.object({ delays: z.array(z.number()), connections: z.number() })

/** Cuts all sockets of a warm server at once, stores messages meanwhile, and lets everybody connect at one moment. */
export async function measureBurst(options: BurstOptions): Promise<BurstReport> {
  await using stack = new AsyncDisposableStack()
  const { server, postgres } = await startLoneServer(stack)
  const db = openDatabase({ connectionString: postgres.connectionString, poolMax: 1, applicationName: 'bench' })
  stack.defer(() => db.close())
  const sessions = await makeManyClients(db, options.sockets)
  const clients = stack.use(startChildProgram<BurstOrder>(new URL('burst-main.ts', import.meta.url)))
  await clients.ask({ t: 'open', port: Number(new URL(server.url).port), sessions })
  await clients.ask({ t: 'cut' })
  const missed = sessions.slice(0, options.missed).map(({ chatId }) => chatId)
  await storeMessages(server.url, missed)
  await delay(options.awayMs)
  const used = { server: usageOf(server.pid), database: usageOfTree(postgres.pid), clients: usageOf(clients.pid) }
  const { delays, connections } = returnSchema.parse(await clients.ask({ t: 'back', missed }))
  const each = (now: Usage, before: Usage) => (now.cpuUs - before.cpuUs) / options.sockets
  const serverUsEach = each(usageOf(server.pid), used.server)
  const databaseUsEach = each(usageOfTree(postgres.pid), used.database)
  const clientsUsEach = each(usageOf(clients.pid), used.clients)
  const histogram = new DelayHistogram()
  for (const delay of delays) histogram.add(delay)
  return {
    ...options,
    first: Math.min(...delays),
    p50: histogram.quantile(0.5) ?? 0,
    p99: histogram.quantile(0.99) ?? 0,
    slowest: Math.max(...delays),
    connectionsEach: connections / options.sockets,
    serverUsEach,
    databaseUsEach,
    clientsUsEach,
  }
}

async function storeMessages(url: string, chatIds: readonly number[]): Promise<void> {
  const { token } = await signInByRest(url, 'operator')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  await inParallel(chatIds, 8, async (chatId) => {
    const body = JSON.stringify({ text: 'while you were away', clientMsgId: `missed-${chatId}` })
    const response = await fetch(`${url}/api/chats/${chatId}/messages`, { method: 'POST', headers, body })
    if (!response.ok) throw new Error(`A message was answered with ${response.status}.`)
  })
}
