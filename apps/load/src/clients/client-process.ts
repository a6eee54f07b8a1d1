import { setTimeout as delay } from 'node:timers/promises'
import { chatIdSchema } from '@deskbell/contract/ids'
import { now } from '../clock.ts'
import { DelayHistogram } from '../history/delay-histogram.ts'
import { HistoryWriter } from '../history/history-file.ts'
import { seededRandom } from '../seeded-random.ts'
import { keepBusy } from './actions.ts'
import { FileSender } from './file-sender.ts'
import { comeAndLeave } from './leaver.ts'
import type { ClientReport, OpenedChat, Order } from './orders.ts'
import { SimulatedUser } from './simulated-user.ts'

type OrderOf<T extends Order['t']> = Extract<Order, { t: T }>

/** Users in a process of their own, and the orders that they carry out. */
export class ClientProcess {
  readonly #users = new Map<string, SimulatedUser>()
  #writer: HistoryWriter | undefined
  #seed = ''
  #round: AbortController | undefined
  /** Users who still act in this round. */
  readonly #busy: Promise<void>[] = []

  async handle(order: Order): Promise<unknown> {
    switch (order.t) {
      case 'setup':
        return await this.#setUp(order)
      case 'open':
        return await this.#open(order)
      case 'begin':
        return this.#begin(order)
      case 'finish':
        return await this.#finish(order.timeoutMs)
      case 'settle':
        return await this.#settle(order.timeoutMs)
      case 'rest':
        return await this.#rest(order)
      case 'end':
        return this.#end()
      case 'clear':
        return await this.#clear()
      case 'wake':
        for (const { sdk } of this.#users.values()) sdk.retryNow()
        return null
      case 'report':
        return this.#report(new Set(order.without))
      case 'exit':
        return process.exit(0)
    }
  }

  async #setUp({ seed, file, users, images }: OrderOf<'setup'>): Promise<null> {
    this.#seed = seed
    const writer = new HistoryWriter(file)
    this.#writer = writer
    for (const spec of users) {
      const user = new SimulatedUser(spec, writer.recorder(spec.who))
      user.files = new FileSender(user, images)
      this.#users.set(spec.who, user)
    }
    await Promise.all([...this.#users.values()].map((user) => insist(() => user.signIn())))
    return null
  }

  async #open({ round, file, chatsEach }: OrderOf<'open'>): Promise<OpenedChat[]> {
    this.#writer?.turnTo(file)
    const clients = [...this.#users.values()].filter((user) => user.role === 'client')
    for (const user of this.#users.values()) user.introduce()
    const opened = clients.flatMap((user) =>
      Array.from({ length: chatsEach }, async (_, nth) => {
        const chatId = await insist(() => user.openChat(`${user.who}-${round}-${nth}`))
        return { who: user.who, chatId }
      }),
    )
    return await Promise.all(opened)
  }

  #begin({ round, follow, chatIds: all, pace, slow, leaver }: OrderOf<'begin'>): null {
    this.#round = new AbortController()
    const { signal } = this.#round
    for (const [who, chatIds] of follow) {
      const user = this.#users.get(who)
      if (user === undefined) continue
      user.slow = new Set(slow)
      user.foreign = all.filter((chatId) => !chatIds.includes(chatId)).map((chatId) => chatIdSchema.parse(chatId))
      for (const chatId of chatIds) user.follow(chatIdSchema.parse(chatId))
      this.#busy.push(keepBusy(user, { random: seededRandom(this.#seed, `${who} ${round}`), pace, signal }))
    }
    const who = `leaver-${process.pid}-${round}`
    const record = this.#writer?.recorder(who) ?? (() => undefined)
    void comeAndLeave({ ...leaver, chatId: chatIdSchema.parse(leaver.chatId), who, record, signal })
    return null
  }

  /** Users end, but for what they must have done once. */
  async #finish(timeoutMs: number): Promise<null> {
    this.#round?.abort()
    await Promise.race([Promise.all(this.#busy.splice(0)), delay(timeoutMs)])
    return null
  }

  async #settle(timeoutMs: number): Promise<number> {
    const open = () => [...this.#users.values()].reduce((sum, user) => sum + user.open, 0)
    await until(() => open() === 0, timeoutMs)
    return open()
  }

  async #rest({ expected, timeoutMs }: OrderOf<'rest'>): Promise<string[]> {
    const differences = () =>
      expected.flatMap(([who, expectation]) => this.#users.get(who)?.differences(expectation) ?? [])
    await until(() => differences().length === 0, timeoutMs)
    return differences()
  }

  #end(): null {
    for (const user of this.#users.values()) {
      user.recordRest()
      user.endRound()
    }
    this.#writer?.flush()
    return null
  }

  async #clear(): Promise<null> {
    const users = [...this.#users.values()]
    await Promise.all(users.filter((user) => user.role === 'operator').map((user) => releaseChats(user)))
    return null
  }

  /** Since the last report. */
  #report(without: ReadonlySet<string>): ClientReport {
    const report = { ...noTally, ack: new DelayHistogram(), deliver: new DelayHistogram() }
    for (const user of this.#users.values()) {
      const { ack, deliver, cuts, ...tally } = user.takeReport()
      for (const name of tallyNames) report[name] += tally[name]
      report.cuts = { inflicted: report.cuts.inflicted + cuts.inflicted, seen: report.cuts.seen + cuts.seen }
      if (without.has(user.who)) continue
      report.ack.join(ack)
      report.deliver.join(deliver)
    }
    const { ack, deliver, ...tally } = report
    return { ...tally, ack: ack.toCounts(), deliver: deliver.toCounts(), rss: process.memoryUsage.rss() }
  }
}

const tallyNames = ['sends', 'acknowledged', 'refused', 'applied', 'files'] as const
const noTally = { sends: 0, acknowledged: 0, refused: 0, applied: 0, files: 0, cuts: { inflicted: 0, seen: 0 } }

async function releaseChats({ sdk }: SimulatedUser): Promise<void> {
  const { items } = await insist(() => sdk.api.chats.list.query({ status: 'open', limit: 100 }))
  for (const { id: chatId } of items) await insist(() => sdk.api.chats.close.mutate({ chatId }))
}

/** The same call until it is answered: for what must be there before a round begins. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === 50) throw error
      await delay(100)
    }
  }
}

async function until(condition: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = now() + timeoutMs
  while (!condition() && now() < deadline) await delay(20)
}
