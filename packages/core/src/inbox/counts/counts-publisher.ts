import type { Actor } from '@deskbell/contract/actor'
import type { UserId } from '@deskbell/contract/ids'
import type { InboxCounts } from '@deskbell/contract/inbox'
import type { Database } from '@deskbell/db/database'
import { Gathering } from '@deskbell/timing/gathering'
import type { Logger } from '../../logger.ts'
import type { InboxReaders } from '../followers/inbox-readers.ts'
import { noCounts, type OperatorSums, operatorCounts, readClientCounts } from './inbox-counts.ts'
import { OperatorCounts } from './operator-counts.ts'

/** The counts of a process are refreshed at most this often, however much changes. */
export const countsMs = 1_000
/** The delay after a change, so that changes that come together cause one read. */
const soonMs = 100

export type CountsPublisherOptions = { db: Database; log: Logger; readers: InboxReaders }

/** Sends counts to all readers: absolute numbers, which are read again some time after a change. */
export class CountsPublisher {
  readonly #options: CountsPublisherOptions
  readonly #operatorCounts: OperatorCounts
  readonly #staleClients = new Set<UserId>()
  #staleOperators = false
  #sums: { at: number; value: Promise<OperatorSums> } | null = null
  readonly #refreshes: Gathering

  constructor(options: CountsPublisherOptions) {
    this.#options = options
    this.#refreshes = new Gathering({ run: () => this.#refresh(), delayMs: soonMs, gapMs: countsMs })
    this.#operatorCounts = new OperatorCounts(options.db)
  }

  /** A chat of this client has changed. */
  touch(clientId: UserId): void {
    if (this.#options.readers.operators.size > 0) this.#staleOperators = true
    if (this.#options.readers.ofClient(clientId).size > 0) this.#staleClients.add(clientId)
    this.#requestIfStale()
  }

  /** The first counts of a reader. Operators share a read that is at most a second old. */
  async first(actor: Actor): Promise<InboxCounts> {
    if (actor.role === 'operator') return operatorCounts(await this.#recentSums(), actor.userId)
    const counts = await readClientCounts(this.#options.db, [actor.userId])
    return counts.get(actor.userId) ?? noCounts
  }

  clear(): void {
    this.#refreshes.cancel()
    this.#staleClients.clear()
    this.#staleOperators = false
    this.#sums = null
    this.#operatorCounts.forget()
  }

  async stop(): Promise<void> {
    this.clear()
    await this.#refreshes.stop()
  }

  #recentSums(): Promise<OperatorSums> {
    const now = performance.now()
    if (this.#sums !== null && now - this.#sums.at < countsMs) return this.#sums.value
    return this.#readSums()
  }

  #readSums(): Promise<OperatorSums> {
    const value = this.#operatorCounts.read()
    const sums = { at: performance.now(), value }
    this.#sums = sums
    value.catch(() => {
      if (this.#sums === sums) this.#sums = null
    })
    return value
  }

  #requestIfStale(): void {
    if (this.#staleOperators || this.#staleClients.size > 0) this.#refreshes.request()
  }

  /** What could not be read is still stale, and is tried again. */
  async #refresh(): Promise<void> {
    try {
      await this.#refreshOperators()
      await this.#refreshClients()
    } catch (error) {
      this.#options.log.debug({ err: error }, 'the counts could not be read, trying again')
    }
    this.#requestIfStale()
  }

  async #refreshOperators(): Promise<void> {
    if (!this.#staleOperators) return
    this.#staleOperators = false
    const sums = await this.#readSums().catch((error: unknown) => {
      this.#staleOperators = true
      throw error
    })
    for (const reader of this.#options.readers.operators) reader.offerCounts(operatorCounts(sums, reader.actor.userId))
  }

  async #refreshClients(): Promise<void> {
    const clientIds = [...this.#staleClients]
    if (clientIds.length === 0) return
    this.#staleClients.clear()
    const all = await readClientCounts(this.#options.db, clientIds).catch((error: unknown) => {
      for (const clientId of clientIds) this.#staleClients.add(clientId)
      throw error
    })
    for (const [clientId, counts] of all) {
      for (const reader of this.#options.readers.ofClient(clientId)) reader.offerCounts(counts)
    }
  }
}
