import { setTimeout as delay } from 'node:timers/promises'
import type { ChatId } from '@deskbell/contract/ids'
import { type ChatFollower, createSdk, type Sdk } from '@deskbell/sdk'
import { type FaultProxy, startFaultProxy } from '@deskbell/testkit/fault-proxy'
import { waitFor } from '@deskbell/testkit/wait-for'
import { DelayHistogram } from '../history/delay-histogram.ts'
import { inParallel, startLoneServer } from './lone-server.ts'

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
}

type Seat = { sdk: Sdk; chatId: ChatId; follower: ChatFollower; expected: number }

/** Cuts all sockets at once, keeps the server out of reach, stores messages meanwhile, and waits for everybody. */
export async function measureReconnect(options: ReconnectOptions): Promise<ReconnectReport> {
  await using stack = new AsyncDisposableStack()
  const { server } = await startLoneServer(stack)
  const proxy = stack.use(await startFaultProxy(server.url))
  const operator = createSdk({ url: server.url, role: 'operator', outbox: 'memory' })
  stack.defer(() => operator.close())
  await operator.login({ email: 'operator@example.test', name: 'operator', role: 'operator' })
  const seats = await openSeats(options.sockets, proxy, stack)
  await waitFor(() => seats.every(isComplete), { timeoutMs: 120_000, what: 'everybody is live' })
  const before = proxy.accepted()
  proxy.target(null)
  proxy.cut()
  const missed = await storeMeanwhile(operator, seats, options.awayMs)
  const back = whenComplete(seats)
  proxy.target(server.url)
  const upAt = performance.now()
  const delays = new DelayHistogram()
  let slowest = 0
  for (const at of await back) {
    delays.add(at - upAt)
    slowest = Math.max(slowest, at - upAt)
  }
  const connectionsEach = (proxy.accepted() - before) / options.sockets
  return {
    ...options,
    missed,
    p50: delays.quantile(0.5) ?? 0,
    p99: delays.quantile(0.99) ?? 0,
    slowest,
    connectionsEach,
  }
}

function openSeats(count: number, proxy: FaultProxy, stack: AsyncDisposableStack): Promise<Seat[]> {
  const places = Array.from({ length: count }, (_, nth) => nth)
  return inParallel(places, 16, async (nth) => {
    const sdk = createSdk({ url: proxy.url, role: 'client', outbox: 'memory' })
    stack.defer(() => sdk.close())
    await sdk.login({ email: `client-${nth}@example.test`, name: `client ${nth}`, role: 'client' })
    const { chat } = await sdk.client.chats.create.mutate({})
    return { sdk, follower: sdk.follow(chat.id), chatId: chat.id, expected: 0 }
  })
}

/** As many as are stored in that time; what was not stored by then is not sent any more. */
async function storeMeanwhile(operator: Sdk, seats: readonly Seat[], awayMs: number): Promise<number> {
  const over = AbortSignal.timeout(awayMs)
  const isOver = delay(awayMs)
  let stored = 0
  await inParallel(seats, 12, async (seat) => {
    if (over.aborted) return
    await operator.send(seat.chatId, 'while you were away')
    seat.expected = 1
    stored += 1
  })
  await isOver
  return stored
}

function whenComplete(seats: readonly Seat[]): Promise<number[]> {
  return Promise.all(
    seats.map(
      (seat) =>
        new Promise<number>((resolve) => {
          const look = () => {
            if (!isComplete(seat)) return
            stop()
            resolve(performance.now())
          }
          const stop = seat.follower.subscribe(look)
        }),
    ),
  )
}

function isComplete({ sdk, follower, expected }: Seat): boolean {
  const { status, entries } = follower.getSnapshot()
  return status === 'live' && entries.length >= expected && sdk.connection.getSnapshot().kind === 'online'
}
