import { createHash } from 'node:crypto'
import type { Database } from '@deskbell/db/database'
import { type EpochParts, readEpochParts } from '@deskbell/db/queries/log/epoch'
import type { Executor } from '@deskbell/db/transaction'
import type { Logger } from '../logger.ts'

export type EpochWatchOptions = { db: Database; log: Logger; onChange: (epoch: string) => void }

/**
 * Watches the epoch, which identifies the history of the database. After a restore or a promotion the same `seq` may
 * name another entry. Both close all open connections, and every new connection reads the epoch before its first use.
 * So no row of another history is read, and no commit is published, under the previous epoch.
 */
export class EpochWatch {
  readonly #options: EpochWatchOptions
  #current = ''

  constructor(options: EpochWatchOptions) {
    this.#options = options
  }

  /** Empty until `start` has read it. */
  get current(): string {
    return this.#current
  }

  /** Reads the epoch now and on every new connection. Throws when the database does not answer. */
  async start(): Promise<void> {
    this.#options.db.checkConnections((executor) => this.#readOn(executor))
    await this.read()
  }

  /** Reads the epoch now. Throws when the database does not answer. */
  async read(): Promise<void> {
    await this.#readOn(this.#options.db.reserved)
  }

  async #readOn(executor: Executor): Promise<void> {
    const parts = await readEpochParts(executor)
    if (parts === undefined) throw new Error('the deployment row is missing')
    this.#accept(epochOf(parts))
  }

  #accept(epoch: string): void {
    const before = this.#current
    if (before === epoch) return
    this.#current = epoch
    if (before === '') return
    this.#options.log.warn({ before, epoch }, 'the database has another history: all positions are void')
    this.#options.onChange(epoch)
  }
}

export function epochOf({ seed, systemIdentifier, timelineId }: EpochParts): string {
  return createHash('sha256').update(`${seed}:${systemIdentifier}:${timelineId}`).digest('hex').slice(0, 16)
}
