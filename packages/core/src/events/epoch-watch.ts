import { createHash } from 'node:crypto'
import type { Database } from '@deskbell/db/database'
import { type EpochParts, readEpochParts } from '@deskbell/db/queries/epoch'
import type { Log } from '../log.ts'

const retryMs = 250

export type EpochWatchOptions = { db: Database; log: Log; onChange: (epoch: string) => void }

/**
 * Knows which history of the database this is. After a restore or a promotion the same `seq` may name another
 * entry, so every new connection raises a doubt, and until the epoch has been read again nothing is sent.
 */
export class EpochWatch {
  readonly #options: EpochWatchOptions
  #current = ''
  #doubts = 0
  #settledDoubts = 0
  #settling: Promise<void> | null = null
  #stopped = true

  constructor(options: EpochWatchOptions) {
    this.#options = options
  }

  /** Empty before the first reading. */
  get current(): string {
    return this.#current
  }

  get isTrusted(): boolean {
    return this.#doubts === this.#settledDoubts
  }

  async start(): Promise<void> {
    this.#stopped = false
    await this.read()
    this.#options.db.pool.on('connect', this.doubt)
  }

  stop(): void {
    this.#stopped = true
    this.#options.db.pool.off('connect', this.doubt)
  }

  /** Reads the epoch now. Throws when the database does not answer. */
  async read(): Promise<void> {
    const doubts = this.#doubts
    const parts = await readEpochParts(this.#options.db.orm)
    if (parts === undefined) throw new Error('the deployment row is missing')
    this.#settledDoubts = Math.max(this.#settledDoubts, doubts)
    this.#accept(epochOf(parts))
  }

  /** Something happened after which the epoch may be another. */
  readonly doubt = (): void => {
    this.#doubts += 1
    void this.trusted()
  }

  /** Resolves when every doubt so far is settled, which may take until the database is back. */
  trusted(): Promise<void> {
    if (this.isTrusted) return Promise.resolve()
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = null
    })
    return this.#settling
  }

  async #settle(): Promise<void> {
    while (!this.isTrusted && !this.#stopped) {
      try {
        await this.read()
      } catch (error) {
        this.#options.log.debug({ err: error }, 'the epoch could not be read')
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
      }
    }
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
