import { setTimeout as delay } from 'node:timers/promises'
import type { LogEntry } from '@deskbell/contract/events'
import type { Role } from '@deskbell/contract/users'
import { type ChatFollower, createSdk, type Sdk } from '@deskbell/sdk'
import { waitFor } from '@deskbell/testkit/wait-for'
import { DelayHistogram } from '../history/delay-histogram.ts'
import { inParallel } from './in-parallel.ts'
import { startLoneServer } from './lone-server.ts'

export type LatencyOptions = { chats: number; perSecond: number; seconds: number }
export type LatencyReport = LatencyOptions & {
  sent: number
  applied: number
  p50: number
  p99: number
  tickP50: number
  tickP99: number
}

/**
 * From the commit to the window of everybody who looks, in milliseconds. The moment of an entry is taken under the
 * chat's lock, just before the commit, so the commit itself is counted too.
 */
export async function measureLatency(options: LatencyOptions): Promise<LatencyReport> {
  await using stack = new AsyncDisposableStack()
  const { server } = await startLoneServer(stack)
  const operator = await signIn(stack, server.url, { role: 'operator', nth: 0 })
  const applied = new DelayHistogram()
  const ticks = new DelayHistogram()
  const places = Array.from({ length: options.chats }, (_, nth) => nth)
  const followers = await inParallel(places, 4, async (nth) => {
    const client = await signIn(stack, server.url, { role: 'client', nth })
    const { chat } = await client.client.chats.create.mutate({})
    for (const sdk of [client, operator]) watch(sdk.follow(chat.id), applied)
    return { client, chatId: chat.id }
  })
  await waitFor(() => followers.every(({ client }) => client.connection.getSnapshot().kind === 'online'), {
    timeoutMs: 30_000,
  })
  const total = options.perSecond * options.seconds
  const startedAt = performance.now()
  const sends: Promise<void>[] = []
  for (let sent = 0; sent < total; sent += 1) {
    await delay(Math.max(0, startedAt + (sent * 1000) / options.perSecond - performance.now()))
    const sender = followers[sent % followers.length]
    if (sender !== undefined) sends.push(sendTimed(() => sender.client.send(sender.chatId, `nr ${sent}`), ticks))
  }
  await Promise.all(sends)
  await waitFor(() => applied.count >= total * 2, { timeoutMs: 10_000, what: 'everybody has everything' })
  return {
    ...options,
    sent: total,
    applied: applied.count,
    ...{ p50: applied.quantile(0.5) ?? 0, p99: applied.quantile(0.99) ?? 0 },
    ...{ tickP50: ticks.quantile(0.5) ?? 0, tickP99: ticks.quantile(0.99) ?? 0 },
  }
}

async function sendTimed(send: () => Promise<unknown>, ticks: DelayHistogram): Promise<void> {
  const sentAt = performance.now()
  await send()
  ticks.add(performance.now() - sentAt)
}

async function signIn(
  stack: AsyncDisposableStack,
  url: string,
  { role, nth }: { role: Role; nth: number },
): Promise<Sdk> {
  const sdk = createSdk({ url, role, outbox: 'memory' })
  stack.defer(() => sdk.close())
  await sdk.login({ email: `${role}-${nth}@example.test`, name: `${role} ${nth}`, role })
  return sdk
}

function watch(follower: ChatFollower, applied: DelayHistogram): void {
  let seen = 0
  follower.subscribe(() => {
    const { entries } = follower.getSnapshot()
    const wall = performance.timeOrigin + performance.now()
    for (let place = entries.length - 1; place >= 0; place -= 1) {
      const entry: LogEntry | undefined = entries[place]
      if (entry === undefined || entry.seq <= seen) break
      if (entry.kind === 'message') applied.add(wall - Date.parse(entry.at))
    }
    seen = entries.at(-1)?.seq ?? seen
  })
}
