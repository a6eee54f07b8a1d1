import { createHash } from 'node:crypto'
import type { Database } from '@deskbell/db/database'
import { type EpochParts, readEpochParts } from '@deskbell/db/queries/epoch'
import type { Executor } from '@deskbell/db/transaction'
import type { Log } from '../log.ts'

export type EpochWatchOptions = { db: Database; log: Log; onChange: (epoch: string) => void }

/**
 * Knows which history of the database this is. After a restore or a promotion the same `seq` may name another entry.
 * Neither leaves an open connection alive, so every new connection reads the epoch before it is used for anything
 * else: no row of another history is read, and no commit published, under the epoch of the one before.
 */
export class EpochWatch {
  readonly #options: EpochWatchOptions
  #current = ''

  constructor(options: EpochWatchOptions) {
    this.#options = options
  }

  /** Empty before the first reading. */
  get current(): string {
    return this.#current
  }

  /** Throws when the database does not answer. */
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
