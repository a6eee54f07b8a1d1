import { setTimeout as delay } from 'node:timers/promises'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { type ChatFollower, createSdk, type Sdk } from '@deskbell/sdk'
import { waitFor } from '@deskbell/testkit/wait-for'
import { now } from '../../clock.ts'
import { DelayHistogram, type HistogramCounts } from '../../history/delay-histogram.ts'
import { inParallel } from '../in-parallel.ts'

export type LatencyOrder =
  /** So many chats, each followed by its client and by an operator. Answers when all are there. */
  | { t: 'open'; url: string; chats: number }
  /** The clients write, evenly, and everybody has to see everything. */
  | { t: 'write'; perSecond: number; seconds: number; isStamped?: boolean }

/** `stamped`: each send of the last writing, the moment on the clock of the machine and how long its tick took. */
export type LatencyReading = {
  sent: number
  applied: HistogramCounts
  ticks: HistogramCounts
  stamped?: readonly Stamped[]
}
export type Stamped = readonly [at: number, tickMs: number]

type WriteOrder = Extract<LatencyOrder, { t: 'write' }>
type LatencyClient = { client: Sdk; chatId: ChatId }

/** As many chats as an operator follows on one socket, and some calls beside. */
const chatsAnOperator = 10
/** Several messages a turn of the timer, when the rate is high: a timer for each would be what is measured. */
const turnMs = 4

/** Users with real SDKs, and the clock that they read. */
export class LatencyClients {
  #clients: LatencyClient[] = []
  #applied = new DelayHistogram()
  #ticks = new DelayHistogram()
  #stamped: Stamped[] = []
  #written = 0

  async obey(order: LatencyOrder): Promise<LatencyReading> {
    switch (order.t) {
      case 'open':
        await this.#open(order)
        return this.#reading(0)
      case 'write':
        return await this.#write(order)
    }
  }

  async #open({ url, chats }: { url: string; chats: number }): Promise<void> {
    const places = Array.from({ length: chats }, (_, nth) => nth)
    const teams = places.filter((nth) => nth % chatsAnOperator === 0)
    const operators = await inParallel(teams, 4, (nth) => signIn(url, 'operator', nth))
    this.#clients = await inParallel(places, 4, async (nth) => {
      const client = await signIn(url, 'client', nth)
      const { chat } = await client.api.chats.create.mutate({})
      const operator = operators[Math.floor(nth / chatsAnOperator)]
      for (const sdk of [client, operator]) if (sdk !== undefined) this.#watch(sdk.follow(chat.id))
      return { client, chatId: chat.id }
    })
    await waitFor(() => this.#clients.every(({ client }) => client.connection.getSnapshot().kind === 'online'), {
      timeoutMs: 60_000,
      what: 'everybody is online',
    })
  }

  async #write({ perSecond, seconds, isStamped = false }: WriteOrder): Promise<LatencyReading> {
    this.#stamped = []
    this.#applied = new DelayHistogram()
    this.#ticks = new DelayHistogram()
    const total = perSecond * seconds
    const startedAt = performance.now()
    const sends: Promise<void>[] = []
    while (sends.length < total) {
      const due = Math.min(total, Math.floor(((performance.now() - startedAt) * perSecond) / 1_000) + 1)
      while (sends.length < due) sends.push(this.#send(sends.length))
      await delay(turnMs)
    }
    await Promise.all(sends)
    await waitFor(() => this.#applied.count >= total * 2, { timeoutMs: 30_000, what: 'everybody has everything' })
    return { ...this.#reading(total), ...(isStamped && { stamped: this.#stamped }) }
  }

  async #send(nth: number): Promise<void> {
    const chosen = this.#clients[nth % this.#clients.length]
    if (chosen === undefined) return
    this.#written += 1
    const sentAt = now()
    await chosen.client.send(chosen.chatId, `nr ${this.#written}`)
    const tickMs = now() - sentAt
    this.#ticks.add(tickMs)
    this.#stamped.push([sentAt, tickMs])
  }

  #watch(follower: ChatFollower): void {
    let seen = 0
    follower.subscribe(() => {
      const { entries } = follower.getSnapshot()
      const wall = performance.timeOrigin + performance.now()
      for (let place = entries.length - 1; place >= 0; place -= 1) {
        const entry: LogEntry | undefined = entries[place]
        if (entry === undefined || entry.seq <= seen) break
        if (entry.kind === 'message') this.#applied.add(wall - Date.parse(entry.at))
      }
      seen = entries.at(-1)?.seq ?? seen
    })
  }

  #reading(sent: number): LatencyReading {
    return { sent, applied: this.#applied.toCounts(), ticks: this.#ticks.toCounts() }
  }
}

async function signIn(url: string, role: Role, nth: number): Promise<Sdk> {
  const sdk = createSdk({ url, role, outbox: 'memory' })
  await sdk.login({ email: `${role}-${nth}@example.test`, name: `${role} ${nth}`, role })
  return sdk
}
