import { setTimeout as delay } from 'node:timers/promises'
import { chatIdSchema } from '@deskbell/contract/ids'
import { createSdk } from '@deskbell/sdk'
import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { z } from 'zod'
import { now } from '../../clock.ts'
import { DelayHistogram } from '../../history/delay-histogram.ts'
import { inParallel } from '../in-parallel.ts'
import { startChildProgram } from '../suite/child-program.ts'
import { startLoneServer } from '../suite/lone-server.ts'
import { usageOfTree } from '../suite/process-usage.ts'
import type { ReconnectOrder } from './reconnect-clients.ts'

export type ReconnectOptions = { sockets: number; awayMs: number }
export type ReconnectReport = ReconnectOptions & {
  /** Messages that were stored while nobody was connected. */
  missed: number
  /** Milliseconds from the moment the server could be reached until a client was live and complete. */
  p50: number
  p99: number
  slowest: number
  /** Connections for every client, from the cut on. */
  connectionsEach: number
  /** CPU of the server, in microseconds a client, until the last is back. */
  serverUsEach: number
  clientsUsEach: number
}

const numbers = z.array(z.number())

/** Cuts all sockets at once, keeps the server out of reach, stores messages meanwhile, and waits for everybody. */
export async function measureReconnect(options: ReconnectOptions): Promise<ReconnectReport> {
  await using stack = new AsyncDisposableStack()
  const { server } = await startLoneServer(stack)
  const proxy = stack.use(await startFaultProxy(server.url))
  const clients = stack.use(startChildProgram<ReconnectOrder>(new URL('reconnect-main.ts', import.meta.url)))
  const chatIds = numbers.parse(await clients.ask({ t: 'open', url: proxy.url, count: options.sockets }))
  const before = proxy.accepted()
  proxy.target(null)
  proxy.cut()
  const missed = await storeMeanwhile(server.url, chatIds, options.awayMs)
  proxy.target(server.url)
  const upAt = now()
  const used = usageOfTree(server.pid).cpuUs
  const usedByClients = usageOfTree(clients.pid).cpuUs
  const moments = numbers.parse(await clients.ask({ t: 'back', missed }))
  const serverUs = usageOfTree(server.pid).cpuUs - used
  const clientsUs = usageOfTree(clients.pid).cpuUs - usedByClients
  const delays = new DelayHistogram()
  for (const at of moments) delays.add(Math.max(0, at - upAt))
  return {
    ...options,
    missed: missed.length,
    p50: delays.quantile(0.5) ?? 0,
    p99: delays.quantile(0.99) ?? 0,
    slowest: Math.max(...moments) - upAt,
    serverUsEach: serverUs / options.sockets,
    clientsUsEach: clientsUs / options.sockets,
    connectionsEach: (proxy.accepted() - before) / options.sockets,
  }
}

/** By an operator with a line of its own: as many chats as get a message in that time. */
async function storeMeanwhile(url: string, chatIds: readonly number[], awayMs: number): Promise<number[]> {
  const over = delay(awayMs, true)
  const operator = createSdk({ url, role: 'operator', outbox: 'memory' })
  await operator.login({ email: 'operator@example.test', name: 'operator', role: 'operator' })
  const endAt = now() + awayMs / 2
  const stored: number[] = []
  await inParallel(chatIds, 8, async (chatId) => {
    if (now() > endAt) return
    await operator.send(chatIdSchema.parse(chatId), 'while you were away')
    stored.push(chatId)
  })
  operator.close()
  await over
  return stored
}
