import { waitFor } from '@deskbell/testkit/wait-for'
import { DelayHistogram } from '../../history/delay-histogram.ts'
import { cpuTimeOf } from '../suite/cpu-time.ts'
import { usageOfTree } from '../suite/process-usage.ts'
import type { Contender } from './contender.ts'
import { Publisher } from './publisher.ts'
import { type ReaderProcess, startReaders } from './reader-process.ts'

export type FanOutLoad = { followers: number; perSecond: number; seconds: number }

export type FanOutFigures = {
  deliveries: number
  /** Microseconds of CPU time of the server process for one delivery. */
  cpuUs: number
  databaseUs: number
  p50: number
  p99: number
  perSecond: number
}

export type FanOutOptions = {
  /** How long the last delivery may take. */
  completeTimeoutMs?: number
}

type Count = Awaited<ReturnType<ReaderProcess['count']>>
type Parts = { contender: Contender; readers: ReaderProcess; publisher: Publisher; completeTimeoutMs: number }

/** One contender with its followers, who stay for all rounds. */
export class FanOut implements AsyncDisposable {
  readonly #parts: Parts
  #followers = 0
  /** How many messages are to have arrived, over all followers. */
  #wanted = 0

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  static async open(contender: Contender, { completeTimeoutMs = 60_000 }: FanOutOptions = {}): Promise<FanOut> {
    const publisher = await Publisher.open(contender.wsUrl, contender.publisher)
    return new FanOut({ contender, readers: startReaders(), publisher, completeTimeoutMs })
  }

  /** From now on there are so many followers. */
  async grow(followers: number): Promise<void> {
    const { contender, readers, publisher } = this.#parts
    const login = await contender.login()
    const logins = Array.from({ length: followers - this.#followers }, () => login)
    await readers.open(contender, logins, publisher.published)
    this.#followers = followers
  }

  /** Returns the bytes of a frame with a text of this length in it. */
  async warmUp({ perSecond, seconds }: FanOutLoad, length: number): Promise<number> {
    await this.#publish({ count: perSecond * seconds, perSecond, length })
    // One alone: a frame may carry several.
    return (await this.#publish({ count: 1, perSecond, length })).frameBytes
  }

  /** Deals with what earlier runs have left in a database. */
  async prepare(): Promise<void> {
    await this.#parts.contender.prepare?.()
  }

  /** Throws when anybody missed anything or got it twice. */
  async run({ perSecond, seconds }: FanOutLoad, length: number): Promise<FanOutFigures> {
    const { contender, readers } = this.#parts
    await readers.count(0, true)
    const startedAt = performance.now()
    const before = timesOf(contender)
    const count = perSecond * seconds
    const { delays } = await this.#publish({ count, perSecond, length })
    const after = timesOf(contender)
    const deliveries = count * this.#followers
    const histogram = new DelayHistogram()
    histogram.join(delays)
    return {
      deliveries,
      cpuUs: (after.own - before.own) / deliveries,
      databaseUs: (after.database - before.database) / deliveries,
      p50: histogram.quantile(0.5) ?? 0,
      p99: histogram.quantile(0.99) ?? 0,
      perSecond: deliveries / ((performance.now() - startedAt) / 1000),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.publisher[Symbol.asyncDispose]()
    await this.#parts.readers[Symbol.asyncDispose]()
  }

  /** Publishes, and waits until everybody has everything. */
  async #publish(wave: { count: number; perSecond: number; length: number }): Promise<Count> {
    const { contender, readers, publisher, completeTimeoutMs } = this.#parts
    this.#wanted += wave.count * this.#followers
    await publisher.publish(wave)
    const check = () => readers.count(publisher.published)
    const arrived = async () => (await check()).delivered >= this.#wanted
    await waitFor(arrived, { timeoutMs: completeTimeoutMs }).catch(() => undefined)
    const count = await check()
    if (count.complaint !== null) throw new Error(`${contender.name} is broken: ${count.complaint}.`)
    return count
  }
}

function timesOf({ pid, databasePid }: Contender): { own: number; database: number } {
  return { own: cpuTimeOf(pid), database: databasePid === null ? 0 : usageOfTree(databasePid).cpuUs }
}
